using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Fovea.Inspect;

/// <summary>How far a study has come.</summary>
/// <param name="Doing">What is being done.</param>
/// <param name="Done">Steps that are done.</param>
/// <param name="Total">Steps in all; 0 where nobody knows.</param>
public readonly record struct FaithfulnessProgress(string Doing, int Done, int Total);

/// <summary>What a study of maps found.</summary>
/// <param name="Pictures">On how many pictures.</param>
/// <param name="Rows">A row for each method, the baselines at the end.</param>
/// <param name="Agreement">Mean Spearman's ρ between the maps of two methods, in the order of the rows.</param>
/// <param name="Cascades">For each method how its maps changed while weights were drawn anew; empty where that was not asked for.</param>
/// <param name="Options">How it was done.</param>
public sealed record FaithfulnessReport(
    int Pictures, IReadOnlyList<FaithfulnessRow> Rows, IReadOnlyList<IReadOnlyList<double>> Agreement, IReadOnlyList<RandomizationCascade> Cascades,
    [property: JsonIgnore] FaithfulnessOptions Options)
{
    /// <summary>All of it as JSON.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, FaithfulnessJson.Default.FaithfulnessReport)!.AsObject();
}

/// <summary>What was measured of a method.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Site">Where its maps were taken.</param>
/// <param name="IsBaseline">Whether it is one of the maps that know nothing of the model.</param>
/// <param name="Metrics">What was measured; metrics that need a mask are left out where there is none.</param>
/// <param name="Deletion">The mean deletion curve.</param>
/// <param name="Insertion">The mean insertion curve.</param>
public sealed record FaithfulnessRow(
    string Method, string Site, bool IsBaseline, IReadOnlyList<MetricEstimate> Metrics, PerturbationCurve Deletion, PerturbationCurve Insertion)
{
    /// <summary>A metric of the method, or null.</summary>
    public MetricEstimate? this[FaithfulnessMetric metric] => Metrics.FirstOrDefault(m => m.Metric == metric);

    /// <summary>Whether the method is better than every baseline in a metric, each with an interval of the difference that is clear of 0.</summary>
    public bool BeatsAll(FaithfulnessMetric metric) => this[metric] is { Differences.Count: > 0 } measured && measured.Differences.All(static d => d.IsBetter);
}

/// <summary>A metric's mean over the pictures.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Value">Its mean and interval.</param>
/// <param name="Differences">Against each baseline; empty for baselines.</param>
public sealed record MetricEstimate(FaithfulnessMetric Metric, Estimate Value, IReadOnlyList<BaselineDifference> Differences);

/// <summary>How a method differs from a baseline on the same pictures.</summary>
/// <param name="Baseline">The baseline.</param>
/// <param name="Value">The mean of method − baseline and its interval.</param>
/// <param name="IsBetter">Whether the whole interval is on the good side of 0.</param>
public sealed record BaselineDifference(string Baseline, Estimate Value, bool IsBetter);
