using System.Globalization;

namespace Fovea.Inspect;

/// <summary>Ablations as a table for people.</summary>
public static class AblationTables
{
    /// <summary>A row for each ablation: the target's mean score before and after, and how often the top class became another.</summary>
    public static ReportTable Of(AblationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new ReportTable(
            $"Ablation on {report.Pictures} pictures: what changes without it",
            ["site", "taken away", "score", "without it", "change", "top class another"],
            [
                .. report.Rows.Select(static r => (IReadOnlyList<string>)
                [
                    r.Site.Length == 0 ? "picture" : r.Site, r.Title, Number(r.Effects.Average(static e => e.ScoreBefore)), Number(r.Effects.Average(static e => e.Score)),
                    r.Change.ToString("+0.000;−0.000", CultureInfo.InvariantCulture),
                    double.IsNaN(r.Flipped) ? "n.a." : string.Create(CultureInfo.InvariantCulture, $"{r.Flipped * 100:0.0} %"),
                ]),
            ]);
    }

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
