using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Training.Data;

/// <summary>What a look at every picture found: the material of a run's <c>dataset.json</c>.</summary>
public sealed record DataReport
{
    /// <summary>The share of unreadable pictures from which on the data are refused.</summary>
    public const double UnreadableLimit = 0.01;

    /// <summary>The training set.</summary>
    public required DatasetSummary Train { get; init; }

    /// <summary>The validation set, if one was checked.</summary>
    public DatasetSummary? Val { get; init; }

    /// <summary>Training pictures that are validation pictures too, pixel for pixel. A validation result with these flatters.</summary>
    public IReadOnlyList<SamePixels> Overlaps { get; init; } = [];

    /// <summary>What a user should know, in sentences; empty when all is well.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            var warnings = new List<string>();
            foreach (DatasetSummary part in Parts)
            {
                if (part.Unreadable.Count > 0)
                {
                    warnings.Add(
                        $"{part.Source}: {part.Unreadable.Count} of {part.Count} pictures cannot be read and are skipped: "
                        + Few(part.Unreadable.Select(u => u.Reason)));
                }

                if (part.EmptyClasses.Count > 0)
                {
                    string what = part.Task == DataTask.Segment ? "no pixels" : "no pictures";
                    warnings.Add($"{part.Source}: {what} of {string.Join(", ", part.EmptyClasses)}.");
                }
            }

            if (Overlaps.Count > 0)
            {
                string pairs = Few(Overlaps.Select(o => $"{o.Train} = {o.Val}"));
                warnings.Add($"{Overlaps.Count} training pictures are in the validation set too: {pairs}");
            }

            return warnings;
        }
    }

    private IEnumerable<DatasetSummary> Parts => Val is null ? [Train] : [Train, Val];

    /// <summary>Refuses data that are not fit for training: 1 % or more unreadable, or a class of the training set without pictures.</summary>
    /// <exception cref="DataException">Says which pictures, with the reasons, or which classes.</exception>
    public void ThrowIfUnusable()
    {
        foreach (DatasetSummary part in Parts)
        {
            if (part.Unreadable.Count > 0 && part.Unreadable.Count >= UnreadableLimit * part.Count)
            {
                throw new DataException(
                    $"{part.Source}: {part.Unreadable.Count} of {part.Count} pictures cannot be read (up to 1 % would be skipped):{Environment.NewLine}"
                    + string.Join(Environment.NewLine, part.Unreadable.Select(u => $"  {u.Reason}")));
            }
        }

        if (Train.EmptyClasses.Count > 0 && Train.Task == DataTask.Classify)
        {
            throw new DataException($"{Train.Source}: no readable pictures of {string.Join(", ", Train.EmptyClasses)}; add some, or remove the folders.");
        }
    }

    /// <summary>The report as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DataJson.Default.DataReport);

    private static string Few(IEnumerable<string> items)
    {
        string[] all = [.. items];
        return string.Join("; ", all.Take(5)) + (all.Length > 5 ? $"; and {all.Length - 5} more." : "");
    }
}

/// <summary>What one set holds.</summary>
public sealed record DatasetSummary
{
    /// <summary>Where it comes from.</summary>
    public required string Source { get; init; }

    /// <summary>Pictures, the unreadable ones included.</summary>
    public required int Count { get; init; }

    /// <summary>What the labels are.</summary>
    public DataTask Task { get; init; }

    /// <summary>The classes, and how many readable pictures have them: as their class, or somewhere in their masks.</summary>
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <summary>Pixels of the masks that do not count; null without masks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? IgnoredPixels { get; init; }

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

    /// <summary>What tells each picture from a changed one, in the order of the set.</summary>
    [JsonIgnore]
    internal IReadOnlyList<string> Contents { get; init; } = [];

    /// <summary>Classes without readable pictures.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> EmptyClasses => [.. Classes.Where(c => c.Count == 0).Select(c => c.Name)];
}

/// <summary>A class and its pictures.</summary>
/// <param name="Name">The class.</param>
/// <param name="Count">How many readable pictures it has.</param>
public readonly record struct ClassCount(string Name, int Count)
{
    /// <summary>How many pixels of the masks are its; null without masks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Pixels { get; init; }
}

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

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DataReport))]
internal sealed partial class DataJson : JsonSerializerContext;
