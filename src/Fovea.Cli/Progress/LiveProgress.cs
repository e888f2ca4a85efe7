using Fovea.Training;

namespace Fovea.Cli.Progress;

/// <summary>A bar that moves, for a terminal: batches of the epoch, loss, top-1, images per second, time left. Finished epochs stay above it as lines.</summary>
internal sealed class LiveProgress(LiveLine line) : IProgress<TrainingEvent>
{
    public void Report(TrainingEvent value)
    {
        switch (value)
        {
            case RunStarted started:
                foreach (string text in ProgressText.Of(started))
                {
                    line.WriteLine(text);
                }

                break;
            case BatchDone batch:
                Show(ProgressText.Epoch(batch.Epoch, batch.Epochs), (double)batch.Batch / batch.Batches, ProgressText.Detail(batch), ProgressText.ShortDetail(batch));
                break;
            case EvaluationProgress evaluation:
                Show("evaluating", (double)evaluation.Images / evaluation.Total, ProgressText.Of(evaluation.Metric, evaluation.Score));
                break;
            case EpochDone epoch:
                line.Clear();
                line.WriteLine(ProgressText.Of(epoch));
                break;
            case DataCheckProgress check:
                Show("looking at the data", check.Share, Quantity.Percent(check.Share));
                break;
            case WeightsProgress weights:
                Show("fetching weights", weights.Total == 0 ? 1 : (double)weights.Done / weights.Total, Quantity.Bytes(weights.Done));
                break;
            case LearningRateTried tried:
                Show("learning rates", (double)tried.Step / tried.Steps, ProgressText.Of(tried));
                break;
            case MemoryEstimated estimated:
                line.WriteLine(estimated.Memory.Text);
                break;
            case ComparisonProgress comparison:
                line.WriteLine(comparison.Message);
                break;
            case Notice notice:
                line.WriteLine(notice.Message);
                break;
            case TrainingWarning warning:
                line.WriteLine($"warning: {warning.Message}", isWarning: true);
                break;
        }
    }

    private void Show(string phase, double share, string detail, string? shorter = null) => line.Show(Bar.Forms(phase, share, detail, shorter ?? detail, line.IsUnicode));
}
