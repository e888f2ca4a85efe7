using Fovea.Training;

namespace Fovea.Cli.Progress;

/// <summary>Lines for a file, a pipe or a log: one for each epoch, and between them one every few seconds. Warnings go to the error output.</summary>
internal sealed class PlainProgress : IProgress<TrainingEvent>
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);
    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly TimeProvider _clock;
    private long _last;

    public PlainProgress(TextWriter output, TextWriter error, TimeProvider? clock = null)
    {
        _output = output;
        _error = error;
        _clock = clock ?? TimeProvider.System;
        _last = _clock.GetTimestamp();
    }

    public void Report(TrainingEvent value)
    {
        switch (value)
        {
            case RunStarted started:
                foreach (string line in ProgressText.Of(started))
                {
                    Write(line);
                }

                break;
            case EpochDone epoch:
                Write(ProgressText.Of(epoch));
                break;
            case BatchDone batch when IsTime():
                Write($"{ProgressText.Epoch(batch.Epoch, batch.Epochs)} batch {batch.Batch}/{batch.Batches}   {ProgressText.Detail(batch)}");
                break;
            case EvaluationProgress evaluation when IsTime():
                Write($"evaluated {Quantity.Count(evaluation.Images)} of {Quantity.Count(evaluation.Total)}   {ProgressText.Of(evaluation.Metric, evaluation.Score)}");
                break;
            case DataCheckProgress check when IsTime():
                Write($"looked at {Quantity.Percent(check.Share)} of the data");
                break;
            case WeightsProgress weights when IsTime():
                Write($"fetched {Quantity.Bytes(weights.Done)} of {Quantity.Bytes(weights.Total)} of weights");
                break;
            case LearningRateTried tried when IsTime():
                Write($"step {tried.Step}/{tried.Steps}   {ProgressText.Of(tried)}");
                break;
            case MemoryEstimated estimated:
                Write(estimated.Memory.Text);
                break;
            case ComparisonProgress comparison:
                Write(comparison.Message);
                break;
            case Notice notice:
                Write(notice.Message);
                break;
            case TrainingWarning warning:
                _error.WriteLine($"warning: {warning.Message}");
                break;
        }
    }

    private bool IsTime() => _clock.GetElapsedTime(_last) >= s_interval;

    private void Write(string line)
    {
        _output.WriteLine(line);
        _output.Flush();
        _last = _clock.GetTimestamp();
    }
}
