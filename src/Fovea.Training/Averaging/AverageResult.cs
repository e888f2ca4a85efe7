namespace Fovea.Training;

/// <summary>Weights that were offered to an average.</summary>
/// <param name="Path">Their file.</param>
/// <param name="Score">What they reach alone on the validation part; null where they were not measured.</param>
/// <param name="IsTaken">Whether they are in the average.</param>
public sealed record AveragedWeights(string Path, double? Score, bool IsTaken);

/// <summary>What an average came to. <see cref="ToJson"/> is what <c>average --json</c> prints.</summary>
public sealed record AverageResult
{
    /// <summary>The file.</summary>
    public required string Output { get; init; }

    /// <summary>What was offered, in the order in which it was looked at.</summary>
    public required IReadOnlyList<AveragedWeights> Members { get; init; }

    /// <summary>The validation of the average; null without data.</summary>
    public required Evaluation? Evaluation { get; init; }

    /// <summary>What <see cref="AveragedWeights.Score"/> is; null without data.</summary>
    public required TaskMetric? Metric { get; init; }

    /// <summary>Batch norms whose statistics were taken anew.</summary>
    public required int Norms { get; init; }

    /// <summary>What should be known before the weights are used, in sentences; empty for most.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>One line of JSON: <c>{"output":…,"metric":…,"score":…,"norms":…,"members":[{"path":…,"score":…,"taken":…},…],"notes":[…]}</c>.</summary>
    public string ToJson() => JsonLine.Of(json =>
    {
        json.WriteString("output", Output);
        json.WriteString("metric", Metric?.Name);
        json.Number("score", Evaluation?.Score);
        json.WriteNumber("norms", Norms);
        json.WriteStartArray("members");
        foreach (AveragedWeights member in Members)
        {
            json.WriteStartObject();
            json.WriteString("path", member.Path);
            json.Number("score", member.Score);
            json.WriteBoolean("taken", member.IsTaken);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (string note in Notes)
        {
            json.WriteStringValue(note);
        }

        json.WriteEndArray();
    });
}
