using Fovea.Training;

namespace Fovea.Cli.Progress;

/// <summary>The lines of a run, the same on a terminal and in a file.</summary>
internal static class ProgressText
{
    public static IEnumerable<string> Of(RunStarted e)
    {
        if (e.Run.Length > 0)
        {
            yield return $"{(e.Resumed ? $"resumed at epoch {e.FirstEpoch}" : "run")}: {e.Run}";
        }

        string validation = e.ValidationImages > 0 ? $" and {Quantity.Count(e.ValidationImages)} validation" : string.Empty;
        string parameters = e.TotalParameters == e.Parameters
            ? $"{Quantity.Count(e.Parameters)} parameters"
            : $"{Quantity.Count(e.Parameters)} of {Quantity.Count(e.TotalParameters)} parameters trained";
        yield return $"{e.Model}; {parameters}; {Quantity.Count(e.TrainImages)} training{validation} images; {Quantity.Of(e.Epochs, "epoch")}";
    }

    public static string Of(EpochDone e)
    {
        EpochMetrics m = e.Metrics;
        string validation = e.Score is { } score
            ? $"   val {(e.HasValidationLoss ? $"loss {(m.ValLoss is { } loss ? Quantity.Number(loss) : "not finite")} " : string.Empty)}{Of(e.Metric, score)}"
            : string.Empty;
        return $"{Epoch(m.Epoch, e.Epochs)}   loss {Quantity.Number(m.TrainLoss)} {Of(e.TrainMetric, e.TrainScore)}{validation}   "
            + $"{Quantity.Speed(m.ImagesPerSecond)}   {Quantity.Time(TimeSpan.FromSeconds(m.Seconds))}{(e.IsBest ? "   best" : string.Empty)}";
    }

    public static string Of(LearningRateTried e) => $"lr {Quantity.Rate(e.LearningRate)}   loss {Quantity.Number(e.Loss)}";

    /// <summary>What follows the bar where a line has less than a hundred columns: all that does not fit beside it is left out.</summary>
    public static string ShortDetail(BatchDone e)
    {
        string speed = e.ImagesPerSecond > 0 ? $"  {Quantity.Speed(e.ImagesPerSecond)}  {Quantity.Time(e.TimeLeft)} left" : string.Empty;
        return $"loss {Quantity.Number(e.Loss)}  {Of(e.Metric, e.Score)}{speed}";
    }

    /// <summary>What follows the bar, or the batch on a plain line.</summary>
    public static string Detail(BatchDone e) =>
        $"loss {Quantity.Number(e.Loss)}   {Of(e.Metric, e.Score)}   lr {Quantity.Rate(e.LearningRate)}{Speed(e)}";

    /// <summary>A metric and its value.</summary>
    public static string Of(TaskMetric metric, double? value) => $"{metric.Title} {metric.Text(value)}";

    public static string Epoch(int epoch, int epochs) => $"epoch {epoch.ToString().PadLeft(epochs.ToString().Length)}/{epochs}";

    // Before the second batch there is no speed, and no time left that would mean anything.
    private static string Speed(BatchDone e) =>
        e.ImagesPerSecond > 0 ? $"   {Quantity.Speed(e.ImagesPerSecond)}   {Quantity.Time(e.TimeLeft)} left" : string.Empty;
}
