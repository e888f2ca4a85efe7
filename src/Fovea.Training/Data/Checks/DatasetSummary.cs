using System.Text.Json.Serialization;

namespace Fovea.Training.Data;

/// <summary>What one set holds.</summary>
public sealed record DatasetSummary
{
    // The share of a set's pictures from which on their common size is that of the set.
    private const double NearlyAll = 0.9;

    /// <summary>Where it comes from.</summary>
    public required string Source { get; init; }

    /// <summary>Pictures, the unreadable ones included.</summary>
    public required int Count { get; init; }

    /// <summary>What the labels are.</summary>
    public DataTask Task { get; init; } = DataTask.Classify;

    /// <summary>The classes, and how many readable pictures have them: as their class, or somewhere in their masks or among their boxes.</summary>
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <summary>Pixels of the masks that do not count; null without masks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? IgnoredPixels { get; init; }

    /// <summary>What the boxes are like, and what is wrong with them; null without boxes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BoxSummary? Boxes { get; init; }

    /// <summary>The sizes in pixels and how often each occurs: at most the 20 most frequent, most frequent first.</summary>
    public required IReadOnlyList<SizeCount> Sizes { get; init; }

    /// <summary>The size of the picture with the fewest pixels; zeros when none is readable.</summary>
    public required SizeCount Smallest { get; init; }

    /// <summary>The size of the picture with the most pixels; zeros when none is readable.</summary>
    public required SizeCount Largest { get; init; }

    /// <summary>Pictures without colour.</summary>
    public required int Grey { get; init; }

    /// <summary>Pictures with an alpha channel, which is dropped.</summary>
    public required int Alpha { get; init; }

    /// <summary>Pictures that equal an earlier one of the set, pixel for pixel.</summary>
    public required int Duplicates { get; init; }

    /// <summary>The pictures that cannot be read, in order, with the reasons.</summary>
    public required IReadOnlyList<UnreadableImage> Unreadable { get; init; }

    /// <summary>The formats among the unreadable that no decoder reads, the most frequent first.</summary>
    public IReadOnlyList<FormatCount> NotRead { get; init; } = [];

    /// <summary>The pictures that their EXIF orientation turns, with masks or boxes that have no such tag.</summary>
    public IReadOnlyList<string> TurnedAlone { get; init; } = [];

    /// <summary>Pictures of more than 8 bits a sample.</summary>
    [JsonIgnore]
    internal int Deep { get; init; }

    /// <summary>The brightest of the 8 bits that are kept of those; null without such.</summary>
    [JsonIgnore]
    internal byte? DeepBrightest { get; init; }

    /// <summary>What tells each picture from a changed one, in the order of the set.</summary>
    [JsonIgnore]
    internal IReadOnlyList<string> Contents { get; init; } = [];

    /// <summary>The shorter side of the size that most pictures have, in pixels; <paramref name="unknown"/> when no size is known.</summary>
    internal int UsualSide(int unknown) => Sizes.Count == 0 ? unknown : Sizes.MaxBy(s => s.Count) is var usual ? Math.Min(usual.Width, usual.Height) : unknown;

    /// <summary>The size that nearly all pictures have, else a square of the shorter side of what most have; <paramref name="unknown"/> when no size is known.</summary>
    internal Size2 UsualSize(int unknown) => Sizes.Count > 0 && Sizes.MaxBy(s => s.Count) is var usual && usual.Count >= NearlyAll * Sizes.Sum(s => s.Count)
        ? new Size2(usual.Height, usual.Width)
        : UsualSide(unknown);

    /// <summary>Whether labels that are only known of decoded pictures, masks and boxes, were looked at in some pictures alone, as of shards.</summary>
    [JsonIgnore]
    internal bool IsSampled { get; init; }

    /// <summary>Classes without readable pictures; none where not all labels were looked at.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> EmptyClasses => IsSampled ? [] : [.. Classes.Where(c => c.Count == 0).Select(c => c.Name)];
}

/// <summary>A class and its pictures.</summary>
/// <param name="Name">The class.</param>
/// <param name="Count">How many readable pictures it has.</param>
public readonly record struct ClassCount(string Name, int Count)
{
    /// <summary>How many pixels of the masks are its; null without masks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Pixels { get; init; }

    /// <summary>How many boxes are its, those that do not count left out; null without boxes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Boxes { get; init; }
}

/// <summary>A format of picture files and how many are of it.</summary>
/// <param name="Format">The format's short name, such as <c>HEIC</c>.</param>
/// <param name="Count">How many files.</param>
public readonly record struct FormatCount(string Format, int Count);

/// <summary>A size and its pictures.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Count">How many pictures have it.</param>
public readonly record struct SizeCount(int Width, int Height, int Count);

/// <summary>A picture that cannot be read.</summary>
/// <param name="Index">Its place in the set.</param>
/// <param name="Name">Its name.</param>
/// <param name="Reason">Why, with the full path.</param>
public readonly record struct UnreadableImage(int Index, string Name, string Reason);

/// <summary>A training and a validation picture that are the same.</summary>
/// <param name="Train">The training picture's name.</param>
/// <param name="Val">The validation picture's name.</param>
public readonly record struct SamePixels(string Train, string Val);
