using System.Globalization;
using System.Text.Json.Serialization;
using Fovea.Models;

namespace Fovea.Training.Data;

/// <summary>What the boxes of a set are like, and what is wrong with them.</summary>
public sealed record BoxSummary
{
    /// <summary>Boxes as they are written, those that cannot be used included.</summary>
    public required int Written { get; init; }

    /// <summary>Boxes that are used, difficult ones and crowds included.</summary>
    public required int Used { get; init; }

    /// <summary>Boxes that are marked as difficult or as crowds, and do not count.</summary>
    public required int Ignored { get; init; }

    /// <summary>Pictures without a box.</summary>
    public required int EmptyPictures { get; init; }

    /// <summary>The most boxes of a picture.</summary>
    public required int Most { get; init; }

    /// <summary>Boxes of less than 32 × 32 pixels of their picture.</summary>
    public required int Small { get; init; }

    /// <summary>Boxes of up to 96 × 96 pixels.</summary>
    public required int Medium { get; init; }

    /// <summary>Boxes of more.</summary>
    public required int Large { get; init; }

    /// <summary>The widths in pixels.</summary>
    public required SideRange Widths { get; init; }

    /// <summary>The heights in pixels.</summary>
    public required SideRange Heights { get; init; }

    /// <summary>What is wrong with each box that cannot be used: it is empty, outside of its picture, or of an unknown class.</summary>
    public required IReadOnlyList<string> Lost { get; init; }

    /// <summary>The boxes that are there twice, and are taken once.</summary>
    public required IReadOnlyList<string> Duplicates { get; init; }

    /// <summary>The boxes that reach out of their pictures, and are clipped.</summary>
    public required IReadOnlyList<string> Clipped { get; init; }

    /// <summary>Whether there are too many that cannot be used.</summary>
    [JsonIgnore]
    public bool IsRefused => Lost.Count > 0 && Lost.Count >= DataReport.UnreadableLimit * Written;

    /// <summary>What is wrong, in sentences; none when all is well.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Faults =>
    [
        .. Sentence(Lost, $"{Lost.Count} of {Written} boxes cannot be used and are left out"),
        .. Sentence(Duplicates, $"{Duplicates.Count} of {Written} boxes are there twice, and taken once"),
        .. Sentence(Clipped, $"{Clipped.Count} of {Written} boxes reach out of their pictures, and are clipped"),
    ];

    /// <summary>The boxes in a line or two for people.</summary>
    [JsonIgnore]
    public string Text => string.Create(CultureInfo.InvariantCulture,
        $"{Used:N0} boxes ({Ignored:N0} difficult or crowds), at most {Most} in a picture, {EmptyPictures:N0} pictures without; "
        + $"{Small:N0} below 32x32, {Medium:N0} up to 96x96, {Large:N0} above; widths {Widths}, heights {Heights}");

    internal static BoxSummary? Of(IReadOnlyList<Finding> findings)
    {
        BoxSample[] samples = [.. findings.Select(f => f.Boxes).OfType<BoxSample>()];
        if (samples.Length == 0)
        {
            return null;
        }

        LabelledBox[] boxes = [.. samples.SelectMany(s => s.Boxes)];
        BoxFault[] faults = [.. samples.SelectMany(s => s.Faults)];
        double[] areas = Array.ConvertAll(boxes, b => (double)b.Box.Area);
        return new BoxSummary
        {
            Written = boxes.Length + faults.Count(f => f.Kind != BoxFaultKind.Clipped),
            Used = boxes.Length,
            Ignored = boxes.Count(b => b.IsIgnored),
            EmptyPictures = samples.Count(s => s.Boxes.Count == 0),
            Most = samples.Max(s => s.Boxes.Count),
            Small = areas.Count(a => a < BoxSizes.Small),
            Medium = areas.Count(a => a is >= BoxSizes.Small and <= BoxSizes.Medium),
            Large = areas.Count(a => a > BoxSizes.Medium),
            Widths = SideRange.Of(boxes.Select(b => b.Box.Width)),
            Heights = SideRange.Of(boxes.Select(b => b.Box.Height)),
            Lost = [.. faults.Where(f => f.IsLoss).Select(f => f.Reason)],
            Duplicates = [.. faults.Where(f => f.Kind == BoxFaultKind.Duplicate).Select(f => f.Reason)],
            Clipped = [.. faults.Where(f => f.Kind == BoxFaultKind.Clipped).Select(f => f.Reason)],
        };
    }

    private static IEnumerable<string> Sentence(IReadOnlyList<string> reasons, string what) => reasons.Count == 0 ? [] : [$"{what}: {DataReport.Few(reasons)}"];
}

/// <summary>How long sides of boxes are, in pixels; zeros where there is no box.</summary>
/// <param name="Least">The shortest.</param>
/// <param name="Median">The one in the middle.</param>
/// <param name="Most">The longest.</param>
public readonly record struct SideRange(double Least, double Median, double Most)
{
    /// <summary><c>12 to 300, median 88</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Least:0.#} to {Most:0.#}, median {Median:0.#}");

    internal static SideRange Of(IEnumerable<float> sides)
    {
        float[] all = [.. sides.Order()];
        return all.Length == 0 ? default : new SideRange(all[0], all[all.Length / 2], all[^1]);
    }
}
