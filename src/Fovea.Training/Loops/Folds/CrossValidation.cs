using System.Diagnostics;
using System.Globalization;

namespace Fovea.Training;

/// <summary>
/// Trains as many models as there are folds, each without one of them, and judges each by the fold that it did not see. The runs are those that
/// <see cref="TrainOptions.Fold"/> would make one by one, in one folder.
/// </summary>
public static class CrossValidation
{
    /// <summary>Whether options ask for all folds, or go on with a cross-validation.</summary>
    public static bool IsAsked(TrainOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Resume is { } path ? FoldsRecord.IsIn(path) : options.AllFolds;
    }

    /// <summary>Trains all folds, or with <see cref="TrainOptions.Resume"/> those that are left in a folder.</summary>
    /// <param name="options">What to train; <see cref="TrainOptions.Folds"/> says how many.</param>
    /// <param name="progress">Is told what happens in each run, on this thread.</param>
    /// <param name="cancellation">Stops the run in progress; what is left can be resumed.</param>
    /// <param name="sections">What further parts the reports of the runs have; null for none.</param>
    /// <exception cref="OptionException">An option does not fit.</exception>
    /// <exception cref="Data.DataException">The data cannot be used.</exception>
    /// <exception cref="CheckpointException">There is nothing whole to resume from.</exception>
    /// <exception cref="DivergedException">The loss of a run was not finite four times.</exception>
    public static CrossValidationResult Run(
        TrainOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default, IReadOnlyList<IReportSection>? sections = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (RunFolder folder, FoldsRecord record) = options.Resume is { } path ? GoOn(options, path) : Begin(options, progress, cancellation);
        int folds = record.Options.Folds!.Value;
        TrainOutcome outcome = TrainOutcome.Completed;
        var watch = Stopwatch.StartNew();
        foreach (int fold in Enumerable.Range(1, folds).Except(record.Done.Select(f => f.Fold)))
        {
            // The limit is one of all folds together.
            TimeSpan? left = options.TimeLimit - watch.Elapsed;
            if (left <= TimeSpan.Zero)
            {
                outcome = TrainOutcome.TimeLimit;
                break;
            }

            TrainResult result = Trainer.Train(
                SeriesRun.Options(record.Options with { Fold = fold }, options with { TimeLimit = left }, Path.Combine(folder.FullPath, Name(fold))), progress, cancellation, sections);
            outcome = result.Outcome;
            if (outcome is TrainOutcome.Interrupted or TrainOutcome.TimeLimit)
            {
                break;
            }

            record = record with { Done = [.. record.Done, Result(fold, result)] };
            record.Write(folder);
        }

        bool isComplete = record.Done.Count == folds;
        var all = new CrossValidationResult
        {
            Folder = folder.FullPath,
            Folds = folds,
            Done = record.Done,
            Task = TaskCatalog.All.First(t => t.Data.Name == record.Task),
            Outcome = isComplete ? TrainOutcome.Completed : outcome,
            Report = isComplete ? folder.Report : null,
            ResumeCommand = isComplete ? null : $"fovea train --resume {Shell.Quote(folder.FullPath)}",
        };
        if (isComplete)
        {
            FoldsPage.Write(folder, all, record.Options);
        }

        return all;
    }

    // What the first fold's run would be says where the folder is and what is learnt. Nothing is made before that holds.
    private static (RunFolder Folder, FoldsRecord Record) Begin(TrainOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        if (options.Folds is not { } folds)
        {
            throw new OptionException("fold", "all needs their number; give --folds N as well.");
        }

        var setup = TrainSetup.Open(options with { AllFolds = false, Fold = 1 }, progress, cancellation);
        string name = options.Name ?? string.Create(CultureInfo.InvariantCulture, $"{setup.Name}-folds{folds}");
        var folder = RunFolder.Create(setup.Options.Output!, name, options.ExistOk);
        var record = new FoldsRecord { Options = options with { AllFolds = false, ExistOk = false }, Task = setup.Inputs.Task.Data.Name, Done = [] };
        record.Write(folder);
        foreach (string old in Enumerable.Range(1, folds).Select(Name).Where(n => Directory.Exists(folder.File(n))))
        {
            // Of what was there before no fold is to be taken for begun.
            RunFolder.Create(folder.FullPath, old, existOk: true);
        }

        return (folder, record);
    }

    private static (RunFolder Folder, FoldsRecord Record) GoOn(TrainOptions asked, string path) =>
        (asked.Epochs ?? asked.Patience ?? asked.CheckpointSeconds) is null && (asked.Data ?? asked.Validation) is null && !asked.AllowChangedData
            ? (RunFolder.Make(path), FoldsRecord.Read(path))
            : throw new OptionException("resume", "all folds have the same options; only --workers, --threads, --memory-limit, --time-limit and --device can be given.");

    private static FoldResult Result(int fold, TrainResult result) => new()
    {
        Fold = fold,
        Run = Name(fold),
        Images = result.Evaluation?.Images ?? 0,
        BestEpoch = result.BestEpoch,
        Seconds = result.Seconds,
        Metrics = result.Evaluation?.Metrics.Values.ToDictionary(m => m.Name, m => m.Value) ?? [],
    };

    private static string Name(int fold) => string.Create(CultureInfo.InvariantCulture, $"fold-{fold}");
}
