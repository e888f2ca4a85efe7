using System.Numerics;

namespace Fovea.Training;

/// <summary>
/// Adds up what an evaluation of a classifier reports, image by image in the order of the data: the sums do not depend on how the images
/// were batched.
/// </summary>
public sealed class ClassificationMeter
{
    private readonly CalibrationError _calibration = new();
    private readonly List<ImagePrediction> _predictions = [];
    private double _loss;
    private int _top1;
    private int _top5;

    /// <summary>No image yet.</summary>
    /// <param name="classes">The names of the classes.</param>
    public ClassificationMeter(IReadOnlyList<string> classes) => Confusion = new ConfusionMatrix(classes);

    /// <summary>How often each class was taken for each class.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>Images so far.</summary>
    public int Images => _predictions.Count;

    /// <summary>Share so far whose most likely class was right; 0 without images.</summary>
    public double Top1 => Images == 0 ? 0 : (double)_top1 / Images;

    /// <summary>Takes a batch in.</summary>
    /// <param name="logits">What the model gave: [N, classes], float32 or float64.</param>
    /// <param name="labels">The right classes: N of them.</param>
    /// <param name="names">The images' names; null numbers them.</param>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    /// <exception cref="DataFormatException">A label is not a class.</exception>
    public void Add(Tensor logits, ReadOnlySpan<long> labels, IReadOnlyList<string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(logits);
        int classes = Confusion.Classes.Count;
        if (logits.Rank != 2 || logits.Shape[0] != labels.Length || logits.Shape[1] != classes)
        {
            throw new ShapeException("evaluate", $"logits of shape [{labels.Length}, {classes}]", logits.Shape.ToString(),
                "the model must have one output for each class of the data");
        }

        if (logits.DType == DType.Float32)
        {
            Add<float>(logits.AsSpan<float>(), labels, names);
        }
        else
        {
            Add<double>(logits.AsSpan<double>(), labels, names);
        }
    }

    /// <summary>What came of it.</summary>
    /// <param name="seconds">Wall-clock seconds that the evaluation took.</param>
    public EvaluationResult Result(double seconds) => new()
    {
        Images = Images,
        Top1Correct = _top1,
        Top5Correct = _top5,
        Loss = Images == 0 ? 0 : _loss / Images,
        CalibrationError = _calibration.Value,
        Seconds = seconds,
        Confusion = Confusion,
        Calibration = _calibration.Bins(),
        Predictions = _predictions,
    };

    private void Add<T>(ReadOnlySpan<T> logits, ReadOnlySpan<long> labels, IReadOnlyList<string>? names)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int classes = Confusion.Classes.Count;
        for (int n = 0; n < labels.Length; n++)
        {
            string name = names?[n] ?? $"{Images}";
            if ((ulong)labels[n] >= (ulong)classes)
            {
                throw new DataFormatException($"evaluate: expected labels from 0 to {classes - 1}, got {labels[n]} for {name}.");
            }

            Add(logits.Slice(n * classes, classes), (int)labels[n], name);
        }
    }

    private void Add<T>(ReadOnlySpan<T> logits, int label, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int predicted = Ranking.Best(logits);
        double largest = double.CreateTruncating(logits[predicted]);
        double sum = 0;
        foreach (T logit in logits)
        {
            sum += Math.Exp(double.CreateTruncating(logit) - largest);
        }

        double loss = largest + Math.Log(sum) - double.CreateTruncating(logits[label]);
        double confidence = 1 / sum;
        int rank = Ranking.Of(logits, label);
        bool isCorrect = rank == 0;
        _loss += loss;
        _top1 += isCorrect ? 1 : 0;
        _top5 += rank < 5 ? 1 : 0;
        Confusion.Add(label, predicted);
        _calibration.Add(confidence, isCorrect);
        _predictions.Add(new ImagePrediction(Images, name, label, predicted, (float)confidence, (float)Math.Exp(-loss)));
    }
}
