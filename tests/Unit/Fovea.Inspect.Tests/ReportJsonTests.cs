using System.Text.Json.Nodes;

namespace Fovea.Inspect.Tests;

/// <summary>Reports are written alike: a number that has no value is null in each of them, and there are no other words for it.</summary>
public sealed class ReportJsonTests
{
    private static readonly Estimate s_none = new(double.NaN, double.NegativeInfinity, double.PositiveInfinity);

    [Theory]
    [MemberData(nameof(Reports))]
    public void What_has_no_value_is_null(string report, string path)
    {
        JsonObject json = report switch
        {
            "faithfulness" => new FaithfulnessReport(
                1,
                [new FaithfulnessRow("m", "s", false, [new MetricEstimate(FaithfulnessMetric.RoadMost, s_none, [])], new PerturbationCurve([0, 1]), new PerturbationCurve([double.NaN, 1]))],
                [[double.NaN]], [], new FaithfulnessOptions()).ToJson(),
            "statistics" => new AttentionStatistics(1, [], [new HeadStatistics("s", 0, 4, 4, 4, 1, double.NaN, double.NaN, double.NaN, 0, 1)]).ToJson(),
            _ => new AblationReport(1, [new AblationRow("s", "off", [new AblationEffect(1, double.NaN, null, null, [], [float.NaN])])]).ToJson(),
        };
        JsonNode? node = json;
        foreach (string step in path.Split('.'))
        {
            node = int.TryParse(step, out int index) ? node!.AsArray()[index] : node!.AsObject().ContainsKey(step) ? node[step] : throw new KeyNotFoundException(step);
        }

        Assert.Null(node);
        Assert.DoesNotContain("NaN", json.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", json.ToJsonString(), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Reports() => new()
    {
        { "faithfulness", "rows.0.metrics.0.value.mean" },
        { "faithfulness", "rows.0.metrics.0.value.low" },
        { "faithfulness", "rows.0.insertion.scores.0" },
        { "faithfulness", "agreement.0.0" },
        { "statistics", "heads.0.distance" },
        { "statistics", "heads.0.self" },
        { "ablation", "rows.0.effects.0.score" },
        { "ablation", "rows.0.effects.0.output.0" },
        { "ablation", "rows.0.flipped" },
        { "ablation", "rows.0.change" },
    };
}
