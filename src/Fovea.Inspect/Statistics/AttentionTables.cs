using System.Globalization;

namespace Fovea.Inspect;

/// <summary>The statistics of attention as tables for people.</summary>
public static class AttentionTables
{
    /// <summary>The tables that have rows: gates, relations, and what each gate opens for which class.</summary>
    /// <param name="statistics">What was collected.</param>
    /// <param name="classes">Names of the classes; null for their numbers.</param>
    public static IReadOnlyList<ReportTable> Of(AttentionStatistics statistics, IReadOnlyList<string>? classes = null)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ReportTable[] tables = [Gates(statistics), Heads(statistics), .. statistics.Gates.Where(static g => g.Classes.Count > 0).Select(g => Classes(g, classes))];
        return [.. tables.Where(static t => t.Rows.Count > 0)];
    }

    /// <summary>A row for each gate.</summary>
    public static ReportTable Gates(AttentionStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return new ReportTable(
            $"Gates on {statistics.Pictures} pictures: is the attention doing anything?",
            ["gate", "units", "mean", "minimum", "maximum", "always > 0.99", "always < 0.01", "± over pictures", "± over units", "by class", "finding"],
            [
                .. statistics.Gates.Select(static g => (IReadOnlyList<string>)
                [
                    g.Site, Whole(g.Units), Number(g.Mean), Number(g.Minimum), Number(g.Maximum), Whole(g.Saturated), Whole(g.Dead), Number(g.OverPictures),
                    Number(g.OverUnits), g.ClassShares.Count > 0 ? Percent(g.ClassShares.Average()) : "n.a.", Word(g.Finding),
                ]),
            ]);
    }

    /// <summary>A row for each head.</summary>
    public static ReportTable Heads(AttentionStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return new ReportTable(
            $"Relations on {statistics.Pictures} pictures",
            ["relation", "head", "keys", "entropy in bits", "of the largest", "distance in pixels", "if uniform", "on itself", "on class tokens", "± over pictures", "finding"],
            [
                .. statistics.Heads.Select(static h => (IReadOnlyList<string>)
                [
                    h.Site, Whole(h.Head), Whole(h.Keys), Number(h.Entropy), Percent(h.EntropyShare), Number(h.Distance), Number(h.UniformDistance), Percent(h.Self),
                    Percent(h.Prefix), Percent(h.OverPictures), Word(h.Finding),
                ]),
            ]);
    }

    /// <summary>A row for each class: the channels that a gate opens for it beyond their mean.</summary>
    public static ReportTable Classes(GateStatistics gate, IReadOnlyList<string>? classes = null)
    {
        ArgumentNullException.ThrowIfNull(gate);
        return new ReportTable(
            $"{gate.Site}: channels that are opened most for a class, beyond their mean; η² is the share of the channel's variance between classes",
            ["class", "pictures", .. Enumerable.Range(1, gate.Classes[0].Top.Count).Select(static i => $"channel {i}")],
            [
                .. gate.Classes.Select(c => (IReadOnlyList<string>)
                [
                    classes is not null && c.Class < classes.Count ? classes[c.Class] : Whole(c.Class), Whole(c.Pictures),
                    .. c.Top.Select(u => string.Create(CultureInfo.InvariantCulture, $"{u} {c.Means[u] - gate.UnitMeans[u]:+0.000;−0.000} (η² {gate.ClassShares[u]:0.00})")),
                ]),
            ]);
    }

    private static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) => double.IsNaN(value) ? "n.a." : value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Percent(double value) => double.IsNaN(value) ? "n.a." : string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.0} %");

    private static string Word(AttentionFinding finding) => finding.ToString().ToLowerInvariant();
}
