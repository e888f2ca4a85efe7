using Fovea.Imaging.Codecs;
using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>The data of a run, opened and checked, and for a resumed run compared with what it was trained on.</summary>
/// <param name="Pair">Both parts, without the pictures that cannot be read.</param>
/// <param name="Report">What the check found.</param>
/// <param name="Record">Which picture is in which part.</param>
/// <param name="Warnings">What the user should know.</param>
internal sealed record PreparedData(DatasetPair Pair, DataReport Report, SplitRecord Record, IReadOnlyList<string> Warnings)
{
    /// <summary>Opens the data.</summary>
    /// <exception cref="DataException">They cannot be used, or are not those of the resumed run.</exception>
    public static PreparedData Open(
        TrainOptions options, ModelEntry? entry, RunFolder? resumed, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        DatasetPair pair = OpenPair(options, entry, options.Fraction);
        ModelChoice.CheckTask(entry, pair.Train);
        SplitRecord? before = resumed is null ? null : SplitRecord.TryRead(resumed);
        var warnings = new List<string>();
        if (before?.Differences(SplitRecord.Of(pair)) is { IsEmpty: false } names)
        {
            warnings.Add(names.Allow(options.AllowChangedData));
            pair = before.Arrange(options.Fraction < 1 ? OpenPair(options, entry, 1) : pair);
        }

        DataReport report = DataCheck.Run(pair, progress: new Relay(progress), cancellation: cancellation);
        report.ThrowIfUnusable();
        SplitRecord record = SplitRecord.Of(pair, report);
        if (warnings.Count == 0 && before?.Differences(record) is { IsEmpty: false } contents)
        {
            warnings.Add(contents.Allow(options.AllowChangedData));
        }

        IImageDataset val = DataCheck.Readable(pair.Val, report.Val!);
        if (warnings.Count > 0)
        {
            (record, IReadOnlyList<int> kept) = record.WithoutTrained(before!);
            val = new SubsetDataset(pair.Val, [.. kept.Except(report.Val!.Unreadable.Select(u => u.Index))]);
        }

        if (val.Count == 0)
        {
            throw new DataException($"{pair.Val.Source}: nothing is left to validate on; give pictures that were not trained on with --val.");
        }

        pair = pair with { Train = DataCheck.Readable(pair.Train, report.Train), Val = val };
        return new PreparedData(pair, report, record, [.. warnings, .. report.Warnings]);
    }

    private static DatasetPair OpenPair(TrainOptions options, ModelEntry? entry, double fraction)
    {
        var how = new DatasetOptions
        {
            Seed = options.Seed,
            Fraction = fraction,
            Task = options.Task ?? ModelChoice.TaskOf(entry),
            MaskClasses = options.MaskClasses,
            IgnoreValue = options.IgnoreValue,
            MaskColors = MaskColorTable.Of(options.MaskColors),
            ValFraction = options.ValFraction,
            Folds = options.Folds,
            Fold = options.Fold,
            Output = options.Output,
            Orientation = options.Preprocessing.Orientation ?? OrientationHandling.Apply,
            Levels = options.Preprocessing.Levels,
        };
        return DatasetFactory.OpenPair(
            options.Data, options.Validation,
            options.MemoryLimit is { } limit ? how with { MemoryLimit = Math.Min(how.MemoryLimit, limit / 2), CacheLimit = Math.Min(how.CacheLimit, limit / 8) } : how);
    }

    private sealed class Relay(IProgress<TrainingEvent>? progress) : IProgress<double>
    {
        private readonly Lock _gate = new();

        public void Report(double value)
        {
            lock (_gate)
            {
                progress?.Report(new DataCheckProgress(value));
            }
        }
    }
}
