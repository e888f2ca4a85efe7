using Fovea.Imaging;

namespace Fovea.Training;

/// <summary>Reads the outputs of classifiers, [N, classes]: the most likely classes of each image with their probabilities.</summary>
internal sealed class ClassReader(IReadOnlyList<string> classes, int top) : IOutputReader
{
    public IReadOnlyList<IPrediction> Read(Tensor outputs, IReadOnlyList<Image> images, IReadOnlyList<string> names)
    {
        int count = outputs.Shape[1];
        var predictions = new Prediction[images.Count];
        for (int i = 0; i < predictions.Length; i++)
        {
            predictions[i] = new Prediction(names[i], Rank(outputs.AsSpan<float>().Slice(i * count, count)));
        }

        return predictions;
    }

    private IReadOnlyList<ClassProbability> Rank(ReadOnlySpan<float> logits)
    {
        float[] values = logits.ToArray();
        double largest = values.Max();
        double sum = values.Sum(v => Math.Exp(v - largest));
        return
        [
            .. Enumerable.Range(0, values.Length).OrderByDescending(c => values[c]).ThenBy(c => c).Take(top)
                .Select(c => new ClassProbability(classes[c], c, (float)(Math.Exp(values[c] - largest) / sum))),
        ];
    }
}
