using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Adds up what an evaluation of masks reports, image by image in the order of the data: the sums do not depend on how the images were
/// batched.
/// </summary>
public sealed class SegmentationMeter
{
    private const string Background = "background";
    private readonly bool _withDistances;
    private readonly List<ImageOverlap> _images = [];
    private readonly int[] _shown;
    private readonly List<double>[] _distances;
    private int _undefined;
    private double _loss;
    private long _counted;

    /// <summary>No image yet.</summary>
    /// <param name="classes">The names of the classes. Distances are not measured for one named <c>background</c>.</param>
    /// <param name="withDistances">Whether to measure Hausdorff distances, which takes longer than all else.</param>
    public SegmentationMeter(IReadOnlyList<string> classes, bool withDistances = true)
    {
        Confusion = new ConfusionMatrix(classes);
        _withDistances = withDistances;
        _shown = new int[classes.Count];
        _distances = [.. classes.Select(_ => new List<double>())];
    }

    /// <summary>How many pixels of each class were taken for each class.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>Images so far.</summary>
    public int Images => _images.Count;

    /// <summary>Mean intersection over union so far, from the counts of all images; null while no pixel counts.</summary>
    public double? MeanIou => Mean(Sums().Where(o => o.Exists).Select(o => o.Iou));

    /// <summary>Takes the loss of some pixels in.</summary>
    /// <param name="sum">Sum of their cross entropies.</param>
    /// <param name="pixels">How many.</param>
    public void AddLoss(double sum, long pixels)
    {
        _loss += sum;
        _counted += pixels;
    }

    /// <summary>Takes an image in.</summary>
    /// <param name="predicted">The class of each pixel as the model sees it, row by row.</param>
    /// <param name="truth">The class of each pixel, 255 where none counts.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="name">The image's name.</param>
    /// <exception cref="ShapeException">The two are not of one size.</exception>
    /// <exception cref="DataFormatException">A value is no class.</exception>
    public void Add(ReadOnlySpan<byte> predicted, ReadOnlySpan<byte> truth, int width, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (predicted.Length != truth.Length || width < 1 || truth.Length % width != 0)
        {
            throw new ShapeException("segmentation", $"masks of one size, {width} pixels wide", $"{predicted.Length} and {truth.Length} pixels");
        }

        int classes = Confusion.Classes.Count;
        long[] counts = Count(predicted, truth, classes, name);
        var overlaps = new Overlap[classes];
        for (int label = 0; label < classes; label++)
        {
            long pixels = 0, found = 0;
            for (int other = 0; other < classes; other++)
            {
                pixels += counts[label * classes + other];
                found += counts[other * classes + label];
                Confusion.Add(label, other, counts[label * classes + other]);
            }

            overlaps[label] = new Overlap(pixels, found, counts[label * classes + label]);
            _shown[label] += pixels > 0 ? 1 : 0;
        }

        Overlap[] present = [.. overlaps.Where(o => o.Exists)];
        double? distance = _withDistances ? Distance(predicted, truth, width, overlaps) : null;
        _images.Add(new ImageOverlap(
            _images.Count, name, Mean(present.Select(o => o.Iou)), Mean(present.Select(o => o.Dice)), distance, overlaps));
    }

    /// <summary>What came of it.</summary>
    /// <param name="seconds">Wall-clock seconds that the evaluation took.</param>
    public SegmentationResult Result(double seconds)
    {
        Overlap[] sums = Sums();
        ClassOverlap[] classes = [.. sums.Select((o, c) => new ClassOverlap(Confusion.Classes[c], o, _shown[c], Mean(_distances[c])))];
        long total = Confusion.Total;
        return new SegmentationResult
        {
            Images = Images,
            Loss = _counted == 0 ? null : _loss / _counted,
            Seconds = seconds,
            PixelAccuracy = total == 0 ? null : (double)Confusion.Correct / total,
            MeanIou = MeanIou,
            MeanDice = Mean(sums.Where(o => o.Exists).Select(o => o.Dice)),
            ImageIou = Mean(_images.Select(i => i.Iou).OfType<double>()),
            ImageDice = Mean(_images.Select(i => i.Dice).OfType<double>()),
            Hausdorff95 = Mean(classes.Select(c => c.Hausdorff95).OfType<double>()),
            UndefinedDistances = _undefined,
            Classes = classes,
            PerImage = _images,
            Confusion = Confusion,
        };
    }

    private static long[] Count(ReadOnlySpan<byte> predicted, ReadOnlySpan<byte> truth, int classes, string name)
    {
        long[] counts = new long[classes * classes];
        for (int i = 0; i < truth.Length; i++)
        {
            if (truth[i] == MaskLabels.Ignored)
            {
                continue;
            }

            if (truth[i] >= classes || predicted[i] >= classes)
            {
                throw new DataFormatException($"segmentation: expected classes from 0 to {classes - 1}, got {truth[i]} in the mask and {predicted[i]} in the prediction of {name}.");
            }

            counts[truth[i] * classes + predicted[i]]++;
        }

        return counts;
    }

    private double? Distance(ReadOnlySpan<byte> predicted, ReadOnlySpan<byte> truth, int width, Overlap[] overlaps)
    {
        // What does not count in the mask does not count in the prediction either.
        byte[] seen = predicted.ToArray();
        for (int i = 0; i < seen.Length; i++)
        {
            seen[i] = truth[i] == MaskLabels.Ignored ? MaskLabels.Ignored : seen[i];
        }

        var all = new List<double>();
        for (int label = 0; label < overlaps.Length; label++)
        {
            if (!overlaps[label].Exists || Confusion.Classes[label].Equals(Background, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (Hausdorff.Distance95(seen, truth, width, (byte)label) is { } distance)
            {
                all.Add(distance);
                _distances[label].Add(distance);
            }
            else
            {
                _undefined++;
            }
        }

        return Mean(all);
    }

    private Overlap[] Sums() =>
        [.. Confusion.PerClass().Select(c => new Overlap(c.Support, c.Predicted, c.Correct))];

    private static double? Mean(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return all.Length == 0 ? null : all.Sum() / all.Length;
    }
}
