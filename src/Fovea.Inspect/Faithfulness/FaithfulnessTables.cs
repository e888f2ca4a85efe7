using System.Globalization;

namespace Fovea.Inspect;

/// <summary>A study of maps as tables for people.</summary>
public static class FaithfulnessTables
{
    /// <summary>All tables of a study: the methods, their difference to each baseline, randomisation layer by layer, agreement.</summary>
    public static IReadOnlyList<ReportTable> Of(FaithfulnessReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return
        [
            Methods(report), Differences(report, FaithfulnessMetric.Deletion), Differences(report, FaithfulnessMetric.Insertion),
            Differences(report, FaithfulnessMetric.Road), .. report.Cascades.Count > 0 ? [Cascades(report)] : Array.Empty<ReportTable>(), Agreement(report),
        ];
    }

    /// <summary>A row for each method: means, with half of their intervals.</summary>
    public static ReportTable Methods(FaithfulnessReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        FaithfulnessMetric[] shown = [.. Enum.GetValues<FaithfulnessMetric>().Where(m => report.Rows.Any(r => r[m] is not null))];
        return new ReportTable(
            string.Create(CultureInfo.InvariantCulture, $"Faithfulness on {report.Pictures} pictures, means ± half of their {report.Options.Confidence * 100:0} % intervals; ↓ small is good, ↑ large is good"),
            ["method", .. shown.Select(static m => m.Title)],
            [.. report.Rows.Select(r => (IReadOnlyList<string>)[Name(r), .. shown.Select(m => r[m]?.Value.ToShortString() ?? "n.a.")])]);
    }

    /// <summary>How much better each method is than each baseline in a metric; * where the interval is not clear of 0.</summary>
    public static ReportTable Differences(FaithfulnessReport report, FaithfulnessMetric metric)
    {
        ArgumentNullException.ThrowIfNull(report);
        FaithfulnessRow[] rows = [.. report.Rows.Where(r => !r.IsBaseline && r[metric] is not null)];
        string[] baselines = [.. report.Rows.Where(static r => r.IsBaseline).Select(static r => r.Method)];
        return new ReportTable(
            $"{metric.Title}: method − baseline; * not clear of 0 on the good side",
            ["method", .. baselines.Select(static b => $"− {b}")],
            [.. rows.Select(r => (IReadOnlyList<string>)[r.Method, .. r[metric]!.Differences.Select(static d => d.Value + (d.IsBetter ? string.Empty : " *"))])]);
    }

    /// <summary>Spearman's ρ with the trained model's map, after each layer from the top.</summary>
    public static ReportTable Cascades(FaithfulnessReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new ReportTable(
            "Rank correlation with the trained model's map while weights are drawn anew from the top, mean over pictures",
            ["method", .. report.Cascades[0].Stages.Select(static s => s.Layer)],
            [.. report.Cascades.Select(static c => (IReadOnlyList<string>)[c.Method, .. c.Stages.Select(static s => Number(s.Correlations.Average()))])]);
    }

    /// <summary>Spearman's ρ between methods.</summary>
    public static ReportTable Agreement(FaithfulnessReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new ReportTable(
            "Agreement: mean rank correlation between maps of a picture",
            ["method", .. report.Rows.Select(static r => r.Method)],
            [.. report.Rows.Select((r, i) => (IReadOnlyList<string>)[Name(r), .. report.Agreement[i].Select(Number)])]);
    }

    private static string Name(FaithfulnessRow row) => row.IsBaseline ? $"({row.Method})" : row.Method;

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
