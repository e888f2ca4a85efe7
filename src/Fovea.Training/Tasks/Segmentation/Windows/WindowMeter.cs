using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Adds up an evaluation of pictures that a model sees in windows, at the pictures' own resolution: logits are averaged where windows overlap,
/// probabilities over the looks at a picture. Batches end anywhere.
/// </summary>
internal sealed class WindowMeter(IReadOnlyList<string> classes, bool withDistances) : IEvaluationMeter
{
    private readonly SegmentationMeter _meter = new(classes, withDistances);
    private WindowSums? _sums;
    private PictureLogits? _whole;
    private Image? _seen;

    /// <summary>Windows so far.</summary>
    public int Images { get; private set; }

    public double? Score => _meter.MeanIou;

    public void Add(Tensor outputs, Batch batch)
    {
        using IDisposable still = GradMode.NoGrad();
        outputs = DenseOutput.OfSize(outputs, new Size2(batch.Images.Shape[2], batch.Images.Shape[3]));
        int size = outputs.Elements / batch.Count;
        for (int i = 0; i < batch.Count; i++)
        {
            var part = (WindowPart)batch.Kept(i)!;
            if (part.Window == 0)
            {
                Begin(part);
            }

            _sums!.Add(outputs.AsSpan<float>().Slice(i * size, size));
            Images++;
            if (_sums.IsComplete && part.View == part.Views.Length - 1)
            {
                End(part.Truth, batch.Name(i));
            }
        }
    }

    public Evaluation Result(double seconds) => _meter.Result(seconds);

    private void Begin(WindowPart part)
    {
        WindowView view = part.Views[part.View];
        Image truth = part.Truth;
        if (part.View == 0)
        {
            bool isPlain = part.Views.Length == 1 && view.Grid.Width == truth.Width && view.Grid.Height == truth.Height;
            _seen = new Image(truth.Width, truth.Height, PixelFormat.Grey);
            _whole = isPlain ? null : new PictureLogits(classes.Count, truth.Width, truth.Height);
        }

        _sums = new WindowSums(classes.Count, view.Grid, _whole is { } whole ? whole.Begin(view) : (first, logits) => Take(truth, first, logits));
    }

    private void End(Image truth, string name)
    {
        if (_whole is not null)
        {
            using TensorScope scope = TensorScope.Begin();
            Take(truth, 0, _whole.Logits());
            _whole = null;
        }

        _meter.Add(_seen!.Pixels, truth.Pixels, truth.Width, name);
        (_sums, _seen) = (null, null);
    }

    private void Take(Image truth, int first, Tensor logits)
    {
        int rows = logits.Shape[2], width = logits.Shape[3];
        ReadOnlySpan<byte> labels = truth.Pixels.AsSpan(first * width, rows * width);
        long counted = 0;
        Tensor targets = Tensor.Empty([1, rows, width], DType.Int64);
        Span<long> values = targets.AsSpan<long>();
        for (int i = 0; i < labels.Length; i++)
        {
            values[i] = labels[i] == MaskLabels.Ignored ? Loss.DefaultIgnoreIndex : labels[i];
            counted += labels[i] == MaskLabels.Ignored ? 0 : 1;
        }

        if (counted > 0)
        {
            _meter.AddLoss(logits.CrossEntropy(targets, null, 0, Loss.DefaultIgnoreIndex).Item() * counted, counted);
        }

        DenseOutput.Best(logits.AsSpan<float>(), classes.Count, _seen!.Pixels.AsSpan(first * width, rows * width));
    }
}
