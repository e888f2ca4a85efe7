using Fovea.Io;
using Fovea.Simd.Drivers;

namespace Fovea.Training;

/// <summary>
/// Trains candidates that differ in their mechanism, or in what they start from, by the same recipe on the same data with the same seeds, and says which are better than
/// the baseline beyond chance, and what they cost. The baseline is the first without a mechanism, else the first.
/// </summary>
/// <remarks>
/// A comparison can be stopped or killed at any moment. Run again with the same options, or with <see cref="ComparisonOptions.Resume"/>, it keeps what is done and goes on
/// where it was; what comes of it is the same. Run by several processes at once it is shared: each takes the next run that nobody has, and all return the whole.
/// </remarks>
/// <example>
/// <code>
/// ComparisonResult result = ModelComparison.Run(new ComparisonOptions
/// {
///     Training = new TrainOptions { Data = "photos", Model = "resnet18" },
///     Attention = ["none", "se", "eca"],
/// });
/// Console.WriteLine(result.Conclusion);
/// </code>
/// </example>
public static class ModelComparison
{
    /// <summary>Compares.</summary>
    /// <param name="options">What to compare, on what, and how.</param>
    /// <param name="progress">Is told what happens, on this thread.</param>
    /// <param name="cancellation">Stops it after the step in progress; it can then be resumed.</param>
    /// <param name="sections">What further parts the reports of the runs have; null for none.</param>
    /// <returns>What it came to; when it was stopped, what is known so far.</returns>
    /// <exception cref="OptionException">An option does not fit, a name is unknown, or the budget is too small.</exception>
    /// <exception cref="Data.DataException">The data cannot be used.</exception>
    /// <exception cref="DataFormatException">Weights, or the folder that it is to go on with, cannot be read.</exception>
    /// <exception cref="DivergedException">No candidate could be trained.</exception>
    /// <exception cref="DiskFullException">A file could not be written.</exception>
    /// <exception cref="MemoryException">A candidate needs more memory than there is.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before its first run: nothing is left of it.</exception>
    public static ComparisonResult Run(
        ComparisonOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default, IReadOnlyList<IReportSection>? sections = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Resume is null)
        {
            options.Validate();
        }

        (string folder, ComparisonPlan plan) = Open(options, progress, cancellation);
        var runs = new ComparisonRuns(plan, folder, options.Training, sections ?? []);
        progress?.Report(new ComparisonProgress($"comparison: {folder}"));
        try
        {
            runs.Train(progress, () => Write(plan, runs, folder), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Write(plan, runs, folder);
        }

        ComparisonResult result = Write(plan, runs, folder);
        return result.Candidates.All(c => c.Outcome == CandidateOutcome.Diverged)
            ? throw new DivergedException($"No candidate could be trained: the loss was not finite again and again. Lower --lr, or clip with --clip-grad 1. The runs are in {folder}.")
            : result;
    }

    // Who comes first makes the plan; who comes meanwhile waits for it.
    private static (string Folder, ComparisonPlan Plan) Open(ComparisonOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        string asked = ComparisonFolder.Asked(options);
        while (true)
        {
            string folder = ComparisonFolder.Find(options, asked);
            using (RunLock.TakeWhenFree(folder, () => progress?.Report(new ComparisonProgress($"waiting for another process, which plans {folder}")), cancellation))
            {
                ComparisonPlan plan = ReadOrMake(options, asked, folder, progress, cancellation);
                if (options.Resume is not null || plan.Asked == asked)
                {
                    return (folder, plan);
                }
            }

            // While this one waited, another question got the name.
        }
    }

    private static ComparisonPlan ReadOrMake(
        ComparisonOptions options, string asked, string folder, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        string path = Path.Combine(folder, ComparisonFolder.PlanFile);
        if (File.Exists(path))
        {
            return ComparisonPlan.Read(path);
        }

        try
        {
            ParallelPool.Threads = options.Training.Threads ?? ParallelPool.Threads;
            ComparisonPlan plan = new ComparisonPlanner(options, progress, cancellation).Make(asked);
            RunFolder.Make(folder).WriteText(ComparisonFolder.PlanFile, plan.ToJson());
            return plan;
        }
        catch
        {
            ComparisonFolder.Forget(folder);
            throw;
        }
    }

    // One process after the other, so that the page that stays is of all that was done.
    private static ComparisonResult Write(ComparisonPlan plan, ComparisonRuns runs, string folder)
    {
        using var own = RunLock.TakeWhenFree(folder, () => { }, CancellationToken.None);
        ComparisonResult result = ComparisonJudge.Judge(plan, runs, folder);
        var files = RunFolder.Make(folder);
        files.WriteText("compare.json", result.ToJson() + "\n");
        files.WriteText("report.html", ComparisonPage.Draw(result, plan));
        return result;
    }
}
