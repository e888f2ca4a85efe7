using System.Globalization;
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

    /// <summary>Both parts together when the one was held out of the other, else null: the data as they lie there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DatasetSummary? Whole { get; init; }

    /// <summary>How the parts came about; null when sets were checked that are no parts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Division { get; init; }

    /// <summary>Training pictures that are validation pictures too, pixel for pixel. A validation result with these flatters.</summary>
    public IReadOnlyList<SamePixels> Overlaps { get; init; } = [];

    /// <summary>What was left out of the data, or taken to mean something that is not certain, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What a user should know, in sentences; empty when all is well.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            List<string> warnings = [.. Notes];
            foreach (DatasetSummary part in Judged)
            {
                if (part.Unreadable.Count > 0)
                {
                    warnings.Add(
                        $"{part.Source}: {part.Unreadable.Count} of {part.Count} pictures cannot be read and are skipped: "
                        + Few(part.Unreadable.Select(u => u.Reason)));
                }

                if (part.NotRead.Count > 0)
                {
                    warnings.Add($"{part.Source}: {Unread(part)}");
                }

                if (part.TurnedAlone.Count > 0)
                {
                    warnings.Add($"{part.Source}: {Doubt(part)}");
                }

                if (Darkness(part) is { } dark)
                {
                    warnings.Add($"{part.Source}: {dark}");
                }

                warnings.AddRange(part.Boxes?.Faults.Select(f => $"{part.Source}: {f}") ?? []);
            }

            foreach (DatasetSummary part in Parts)
            {
                if (part.EmptyClasses.Count > 0 && !part.Task.IsOpenSet)
                {
                    string what = $"no {part.Task.Counts ?? "pictures"}";
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

    /// <summary>
    /// Why the data are not fit for training, or null when they are: 1 % or more unreadable (of a part, or of all when a part was held out by
    /// chance), a part without a readable picture, a class of the training set without one, masks of which no pixel counts, 1 % or more of the boxes unusable. The first line says what, further ones which pictures.
    /// </summary>
    public string? Problem
    {
        get
        {
            foreach (DatasetSummary part in Judged)
            {
                if (IsRefused(part))
                {
                    return $"{part.Source}: {part.Unreadable.Count} of {part.Count} pictures cannot be read (up to 1 % would be skipped):{Environment.NewLine}"
                        + string.Join(Environment.NewLine, part.Unreadable.Select(u => $"  {u.Reason}"));
                }
            }

            if (Judged.FirstOrDefault(p => p.Boxes is { IsRefused: true }) is { } wrong)
            {
                return $"{wrong.Source}: {wrong.Boxes!.Lost.Count} of {wrong.Boxes.Written} boxes cannot be used (up to 1 % would be left out):{Environment.NewLine}"
                    + string.Join(Environment.NewLine, wrong.Boxes.Lost.Select(r => $"  {r}"));
            }

            if (Parts.FirstOrDefault(p => p.Count == p.Unreadable.Count) is { } empty)
            {
                return $"{empty.Source}: there is no picture that can be read; add some.";
            }

            return Train.Task.Problem(Train);
        }
    }

    private IEnumerable<DatasetSummary> Parts => Val is null ? [Train] : [Train, Val];

    // Chance decides into which part an unreadable picture falls; it must not decide whether there are too many.
    private IEnumerable<DatasetSummary> Judged => Whole is null ? Parts : [Whole];

    /// <summary>Refuses data that are not fit for training.</summary>
    /// <exception cref="DataException">Says <see cref="Problem"/>.</exception>
    public void ThrowIfUnusable()
    {
        if (Problem is { } problem)
        {
            throw new DataException(problem);
        }
    }

    /// <summary>The report as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DataJson.Default.DataReport);

    /// <summary>What is in doubt about pictures that are turned and labels that are not, in a sentence.</summary>
    /// <param name="part">The set, which has such pictures.</param>
    public static string Doubt(DatasetSummary part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return $"{part.TurnedAlone.Count} of {part.Count} pictures are turned upright by their EXIF orientation, and their {part.Task.Labels} have no such tag; {part.Task.Labels} drawn on the "
        + $"pixels as they are stored fit with --orientation ignore only: {Few(part.TurnedAlone)}";
    }

    /// <summary>How few shades are left of pictures of more than 8 bits, in a sentence; null where they show half of the 256 or more.</summary>
    /// <param name="part">The set.</param>
    public static string? Darkness(DatasetSummary part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return part.DeepBrightest is not { } brightest || brightest > byte.MaxValue / 2 ? null : string.Create(CultureInfo.InvariantCulture,
            $"{part.Deep} of {part.Count} pictures have more than 8 bits a sample, and of the 256 shades that are kept they show the darkest {brightest + 1}; "
            + $"--levels LOW:HIGH says which stored values become black and white, such as 0:{((brightest + 1) << 8) - 1} for 16 bits.");
    }

    /// <summary>Which formats are not read, how much of the data that is and what it does to the verdict, in a sentence: <c>12 HEIC, 3 WebP: not read …</c>.</summary>
    /// <param name="part">The set, which has such files.</param>
    public static string Unread(DatasetSummary part)
    {
        ArgumentNullException.ThrowIfNull(part);
        double share = 100.0 * part.NotRead.Sum(f => f.Count) / part.Count;
        string verdict = IsRefused(part) ? "refused, as 1 % or more cannot be read" : "taken without them";
        return string.Create(CultureInfo.InvariantCulture,
            $"{string.Join(", ", part.NotRead.Select(f => $"{f.Count} {f.Format}"))}: not read, {share:0.#} % of the pictures; the data are {verdict}. Convert them to JPEG or PNG.");
    }

    private static bool IsRefused(DatasetSummary part) => part.Unreadable.Count > 0 && part.Unreadable.Count >= UnreadableLimit * part.Count;

    internal static string Few(IEnumerable<string> items)
    {
        string[] all = [.. items];
        return string.Join("; ", all.Take(5)) + (all.Length > 5 ? $"; and {all.Length - 5} more." : "");
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DataReport))]
internal sealed partial class DataJson : JsonSerializerContext;
