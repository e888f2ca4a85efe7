using System.Globalization;
using Fovea.Inspect;

namespace Fovea.Bench.Clutter;

/// <summary>What was measured of a network, and which of the claims hold.</summary>
/// <param name="Name">The network.</param>
/// <param name="Right">Pictures whose class it sees.</param>
/// <param name="Report">The study.</param>
internal sealed record Verdict(string Name, int Right, FaithfulnessReport Report)
{
    private const double LeastPointing = 0.95;
    private const double MostCorrelation = 0.2;

    private static readonly string[] s_columns =
    [
        "network", "sees right", "method", "pointing ↑", "deletion ↓", "insertion ↑", "ROAD ↑", "energy ↑", "randomised ↓", "what does not hold",
    ];

    private readonly FaithfulnessRow[] _methods = [.. Report.Rows.Where(static r => !r.IsBaseline)];

    /// <summary>The method that most claims hold of, and of those the one that points best.</summary>
    public FaithfulnessRow Best => _methods.OrderBy(r => Missing(r).Count()).ThenByDescending(static r => Mean(r, FaithfulnessMetric.Pointing)).First();

    /// <summary>Whether all claims hold of the best method.</summary>
    public bool Holds => !Missing(Best).Any();

    /// <summary>The best method of each network.</summary>
    public static ReportTable Summary(IEnumerable<Verdict> verdicts) => new(
        "The best method of each network; deletion and insertion: * not better than every baseline", s_columns, [.. verdicts.Select(static v => v.Row(v.Best))]);

    /// <summary>All methods of the network, and the baselines.</summary>
    public ReportTable Table() => new(
        $"{Name}: all methods on {Report.Pictures} pictures", s_columns, [.. Report.Rows.Select(Row)]);

    private IReadOnlyList<string> Row(FaithfulnessRow row) =>
    [
        Name, string.Create(CultureInfo.InvariantCulture, $"{100.0 * Right / Report.Pictures:0.0} %"), row.IsBaseline ? $"({row.Method})" : $"{row.Method} at {row.Site}",
        Text(row, FaithfulnessMetric.Pointing), Beaten(row, FaithfulnessMetric.Deletion), Beaten(row, FaithfulnessMetric.Insertion), Text(row, FaithfulnessMetric.Road),
        Text(row, FaithfulnessMetric.Energy), Text(row, FaithfulnessMetric.Randomization), row.IsBaseline ? string.Empty : string.Join(", ", Missing(row).DefaultIfEmpty("–")),
    ];

    private static IEnumerable<string> Missing(FaithfulnessRow row)
    {
        if (!(Mean(row, FaithfulnessMetric.Pointing) >= LeastPointing))
        {
            yield return "pointing";
        }

        foreach (FaithfulnessMetric curve in (FaithfulnessMetric[])[FaithfulnessMetric.Deletion, FaithfulnessMetric.Insertion])
        {
            if (!row.BeatsAll(curve))
            {
                yield return curve.ToString().ToLowerInvariant();
            }
        }

        if (!(Mean(row, FaithfulnessMetric.Randomization) < MostCorrelation))
        {
            yield return "randomised";
        }
    }

    private static double Mean(FaithfulnessRow row, FaithfulnessMetric metric) => row[metric]?.Value.Mean ?? double.NaN;

    private static string Text(FaithfulnessRow row, FaithfulnessMetric metric) => row[metric]?.Value.ToShortString() ?? "n.a.";

    private static string Beaten(FaithfulnessRow row, FaithfulnessMetric metric) => Text(row, metric) + (row.IsBaseline || row.BeatsAll(metric) ? string.Empty : " *");
}
