using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Io;

namespace Fovea.Training.Data;

/// <summary>How data are opened: seeds, splits, and how much memory they may take.</summary>
public sealed record DatasetOptions
{
    /// <summary>The part of each class that is held out when nothing says otherwise.</summary>
    public const double DefaultValFraction = 0.1;

    /// <summary>The options used when none are given.</summary>
    public static DatasetOptions Default { get; } = new();

    /// <summary>The seed of Clutter's pictures, of a split by <see cref="ValFraction"/> and of <see cref="Fraction"/> (default 0).</summary>
    public ulong Seed { get; init; }

    /// <summary>What the labels must be; null (default) takes folders of images and masks for masks, those of images and annotations for boxes, and all else for classes.</summary>
    public DataTask? Task { get; init; }

    /// <summary>The names of the classes in masks, from value 0 on, or of boxes; null (default) for those in classes.txt, else those that the labels show.</summary>
    public IReadOnlyList<string>? MaskClasses { get; init; }

    /// <summary>Which class each colour in masks stands for; null (default) for masks of numbers. The colours say themselves what does not count.</summary>
    public MaskColorTable? MaskColors { get; init; }

    /// <summary>The value in masks that does not count (0 to 255); null (default) for 255 where that is no class.</summary>
    public int? IgnoreValue { get; init; }

    /// <summary>
    /// The part of each class that is held out when the data have no validation part of their own: above 0 and below 1; null (default) for
    /// <see cref="DefaultValFraction"/>.
    /// </summary>
    public double? ValFraction { get; init; }

    /// <summary>
    /// The names of the pictures that are held out, as an earlier <see cref="DatasetPair"/> gave them; null (default) draws them by
    /// <see cref="ValFraction"/> or <see cref="Folds"/>. Data that have a validation part of their own have no use for it.
    /// </summary>
    public IReadOnlyCollection<string>? HeldOut { get; init; }

    /// <summary>In how many parts the data are divided for cross-validation: 2 to 1,000; null (default) for none.</summary>
    public int? Folds { get; init; }

    /// <summary>Which of the <see cref="Folds"/> is the validation part: 1 to their number, default 1.</summary>
    public int Fold { get; init; } = 1;

    /// <summary>The folder that the run will write into: when it lies inside the data, it is no part of them; null (default) for none.</summary>
    public string? Output { get; init; }

    /// <summary>The part of each class of the training set that is used (above 0, at most 1, default 1).</summary>
    public double Fraction { get; init; } = 1;

    /// <summary>How many pictures Clutter's training set has (default 8,000).</summary>
    public int ClutterTrainCount { get; init; } = ClutterDataset.DefaultTrainCount;

    /// <summary>How many pictures Clutter's validation set has (default 1,000).</summary>
    public int ClutterValCount { get; init; } = ClutterDataset.DefaultValCount;

    /// <summary>The most bytes that an archive or a file read whole may hold in memory (default: half of the machine's).</summary>
    public long MemoryLimit { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>
    /// The most bytes of decoded pixels kept, per data set, for the next epoch (0 keeps none; default: an eighth of the machine's memory).
    /// </summary>
    public long CacheLimit { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8;

    /// <summary>How shards at addresses are fetched, and how many bytes of them are kept; null (default) for what the environment says.</summary>
    public SourceOptions? Sources { get; init; }

    /// <summary>The most that one picture may take.</summary>
    public ImageLimits Limits { get; init; } = ImageLimits.Default;

    /// <summary>Whether pictures, and masks that have such a tag, are turned as their EXIF orientation says (default), or taken as they are stored.</summary>
    public OrientationHandling Orientation { get; init; }

    /// <summary>Which stored values become black and white in pictures of more than 8 bits a sample; null (default) for all that their files have. Masks go by their values.</summary>
    public SampleLevels? Levels { get; init; }

    /// <summary>The endings that make a file a picture, lower case with the dot. Add the ending of a decoder that you registered.</summary>
    /// <remarks>By default those of every format in <see cref="PictureFormats"/>, read or not, so that the check names files that cannot be read.</remarks>
    public IReadOnlyList<string> Extensions { get; init; } = [.. PictureFormats.All.SelectMany(f => f.Endings).Distinct()];

    /// <summary>How pictures and masks are decoded.</summary>
    internal DecodeOptions Decoding => new() { Limits = Limits, Orientation = Orientation, Levels = Levels };

    /// <summary>Whether a file is a picture by its name or, when that has no ending, by its first bytes.</summary>
    internal bool IsImage(string path, ReadOnlySpan<byte> head)
    {
        int dot = path.LastIndexOf('.');
        return dot > path.LastIndexOf('/') ? IsNamed(path[dot..]) : ImageContent.FormatOf(head) is not null;
    }

    /// <summary>Whether an ending is a picture's.</summary>
    internal bool IsNamed(string extension) => Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase);

    internal void Validate()
    {
        Require(ValFraction is null or (> 0 and < 1), nameof(ValFraction), ValFraction ?? 0, "above 0 and below 1");
        Require(ValFraction is null || Folds is null, nameof(ValFraction), ValFraction ?? 0, "left out with Folds, which say how much is held out");
        Require(Fraction is > 0 and <= 1, nameof(Fraction), Fraction, "above 0 to 1");
        Require(Folds is null or (>= 2 and <= 1000), nameof(Folds), Folds ?? 0, "2 to 1000");
        Require(Fold >= 1 && Fold <= (Folds ?? 1), nameof(Fold), Fold, Folds is null ? "1 without Folds" : $"1 to {Folds}");
        Require(ClutterTrainCount >= 1, nameof(ClutterTrainCount), ClutterTrainCount, "at least 1");
        Require(ClutterValCount >= 1, nameof(ClutterValCount), ClutterValCount, "at least 1");
        Require(MemoryLimit >= 0, nameof(MemoryLimit), MemoryLimit, "at least 0");
        Require(IgnoreValue is null or (>= 0 and <= 255), nameof(IgnoreValue), IgnoreValue ?? 0, "0 to 255");
        Require(MaskColors is null || IgnoreValue is null, nameof(IgnoreValue), IgnoreValue ?? 0, "left out with MaskColors, which name void what does not count");
        Require(MaskColors is null || Task is null || Task == DataTask.Segment, nameof(Task), 0, "Segment with MaskColors");
        Require(Levels is null or { IsValid: true }, nameof(Levels), Levels?.High ?? 0, "LOW:HIGH within 0 to 65535, the lower first");
        Require(CacheLimit >= 0, nameof(CacheLimit), CacheLimit, "at least 0");
    }

    private static void Require(bool holds, string option, double value, string range)
    {
        if (!holds)
        {
            throw new OptionException("data", $"{option} must be {range}, got {value}.");
        }
    }
}
