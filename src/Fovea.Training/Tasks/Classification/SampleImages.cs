using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>A validation image with what the model saw in it.</summary>
/// <param name="Prediction">The prediction.</param>
/// <param name="Png">The image, made small.</param>
internal sealed record SampleImage(ImagePrediction Prediction, byte[] Png);

/// <summary>Chooses images that say something: the mistakes that the model was surest of, and right answers from all over the set.</summary>
internal static class SampleImages
{
    private const int Side = 96;

    /// <summary>The surest mistakes.</summary>
    public static IReadOnlyList<SampleImage> Mistakes(EvaluationResult result, IImageDataset data, int most) => Take(
        result.Predictions.Where(p => p.Label != p.Predicted).OrderByDescending(p => p.Confidence).ThenBy(p => p.Index), data, most);

    /// <summary>Right answers, evenly spread over the set.</summary>
    public static IReadOnlyList<SampleImage> Successes(EvaluationResult result, IImageDataset data, int most)
    {
        ImagePrediction[] right = [.. result.Predictions.Where(p => p.Label == p.Predicted)];
        int count = Math.Min(most, right.Length);
        return Take(Enumerable.Range(0, count).Select(i => right[(int)((long)i * right.Length / count)]), data, most);
    }

    private static IReadOnlyList<SampleImage> Take(IEnumerable<ImagePrediction> predictions, IImageDataset data, int most) =>
        [.. predictions.Take(most).Select(p => new SampleImage(p, Png(data.Get(p.Index).Image)))];

    private static byte[] Png(Image image)
    {
        double scale = Math.Min(1, (double)Side / Math.Max(image.Width, image.Height));
        int width = Math.Max(1, (int)Math.Round(image.Width * scale));
        int height = Math.Max(1, (int)Math.Round(image.Height * scale));
        return PngEncoder.Encode(width == image.Width && height == image.Height ? image : image.Resize(width, height));
    }
}
