using System.Globalization;

namespace Fovea.Training;

/// <summary>What a cross-validation came to. <see cref="ToJson"/> is the last line of <c>train --fold all --json</c>.</summary>
public sealed record CrossValidationResult
{
    /// <summary>The folder with the runs, <c>folds.json</c>, <c>predictions.csv</c> and the page.</summary>
    public required string Folder { get; init; }

    /// <summary>Folds in all.</summary>
    public required int Folds { get; init; }

    /// <summary>The folds that are done, in their order.</summary>
    public required IReadOnlyList<FoldResult> Done { get; init; }

    /// <summary>What was learnt.</summary>
    public required ITask Task { get; init; }

    /// <summary>How the last run ended: all folds are done if it was not stopped.</summary>
    public required TrainOutcome Outcome { get; init; }

    /// <summary>The page; null while folds are left.</summary>
    public string? Report { get; init; }

    /// <summary>The command that goes on with the folds that are left; null when all are done.</summary>
    public string? ResumeCommand { get; init; }

    /// <summary>The mean of a metric over the folds that have it; null without any.</summary>
    /// <param name="metric">The metric.</param>
    public double? Mean(TaskMetric metric)
    {
        double[] values = Values(metric);
        return values.Length == 0 ? null : values.Average();
    }

    /// <summary>
    /// The standard deviation of a metric over the folds, <c>√(Σ (xₖ − x̄)² / (K − 1))</c>; null for less than two. Folds share training images, so that it is
    /// no error of the mean.
    /// </summary>
    /// <param name="metric">The metric.</param>
    public double? Deviation(TaskMetric metric)
    {
        double[] values = Values(metric);
        double mean = values.Length == 0 ? 0 : values.Average();
        return values.Length < 2 ? null : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }

    /// <summary>The folds in lines, their mean and deviation below.</summary>
    public EvaluationTable Table => new("Folds", ["fold", "images", "best epoch", .. Task.Metrics.Select(m => m.Title)],
    [
        .. Done.Select(f => (IReadOnlyList<string>)[Whole(f.Fold), Whole(f.Images), Whole(f.BestEpoch), .. Task.Metrics.Select(m => m.Text(f.Metrics.GetValueOrDefault(m.Name)))]),
        ["mean", string.Empty, string.Empty, .. Task.Metrics.Select(m => m.Text(Mean(m)))],
        ["deviation", string.Empty, string.Empty, .. Task.Metrics.Select(m => m.Text(Deviation(m)))],
    ]);

    /// <summary>One line of JSON: <c>{"folder":…,"folds":…,"outcome":…,"mean":{…},"deviation":{…},"results":[…],"report":…,"resumeCommand":…}</c>.</summary>
    public string ToJson() => JsonLine.Of(json =>
    {
        json.WriteString("folder", Folder);
        json.WriteNumber("folds", Folds);
        json.WriteString("outcome", Outcome.ToString());
        foreach ((string name, Func<TaskMetric, double?> value) in new[] { ("mean", (Func<TaskMetric, double?>)Mean), ("deviation", Deviation) })
        {
            json.WriteStartObject(name);
            foreach (TaskMetric metric in Task.Metrics)
            {
                json.Number(metric.Name, value(metric));
            }

            json.WriteEndObject();
        }

        json.WriteStartArray("results");
        foreach (FoldResult fold in Done)
        {
            json.WriteStartObject();
            json.WriteNumber("fold", fold.Fold);
            json.WriteString("run", fold.Run);
            json.WriteNumber("images", fold.Images);
            json.WriteNumber("bestEpoch", fold.BestEpoch);
            json.Number("seconds", fold.Seconds);
            foreach (TaskMetric metric in Task.Metrics)
            {
                json.Number(metric.Name, fold.Metrics.GetValueOrDefault(metric.Name));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("report", Report);
        json.WriteString("resumeCommand", ResumeCommand);
    });

    private static string Whole(int number) => number.ToString(CultureInfo.InvariantCulture);

    private double[] Values(TaskMetric metric) => [.. Done.Select(f => f.Metrics.GetValueOrDefault(metric.Name)).OfType<double>()];
}
