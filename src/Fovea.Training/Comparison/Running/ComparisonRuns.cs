namespace Fovea.Training;

/// <summary>
/// Trains what a plan says, run by run, each in a folder of its own that is like any other run's. What was done before, by whichever process, is not done again; what was
/// begun goes on from its checkpoint. Several processes may train at once: each takes the next run that nobody has.
/// </summary>
/// <param name="plan">What is to be done.</param>
/// <param name="folder">The comparison's folder.</param>
/// <param name="process">Of what this process was given: threads, workers, memory limit, engine, checkpoint seconds, the command line.</param>
/// <param name="sections">What further parts the reports of the runs have.</param>
internal sealed class ComparisonRuns(ComparisonPlan plan, string folder, TrainOptions process, IReadOnlyList<IReportSection> sections)
{
    // What a process holds in a run's folder from before it begins until what it came to is written.
    internal const string ClaimFile = ".claim";

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private readonly TaskMetric _metric = TaskCatalog.Of(plan.Task).Score;

    /// <summary>The folder of a run.</summary>
    public string FolderOf(int candidate, ulong seed) => Path.Combine(folder, FormattableString.Invariant($"{plan.Candidates[candidate].Key}-seed{seed}"));

    /// <summary>What is kept of each run: of each candidate under each seed, null for one that was not begun.</summary>
    public ComparedRun?[][] Read() =>
        [.. plan.Candidates.Select((_, c) => plan.Seeds.Select(s => ComparedRun.TryRead(FolderOf(c, s))).ToArray())];

    /// <summary>Trains to the end, rung by rung. Runs that other processes have are waited for, and taken over when their process ends before they do.</summary>
    /// <param name="progress">Is told what happens.</param>
    /// <param name="finished">Is called after each run that reached its rung.</param>
    /// <param name="cancellation">Stops after the step in progress.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Train(IProgress<TrainingEvent>? progress, Action finished, CancellationToken cancellation)
    {
        for (int r = 0; r < plan.Rungs.Count; r++)
        {
            // Seed by seed, so that what there is at any time compares all candidates alike.
            int[] alive = Alive(plan, _metric, Read(), r);
            (int Candidate, ulong Seed)[] runs = [.. plan.Seeds.SelectMany(s => alive.Select(c => (c, s)))];
            for (int told = 0, others = -1; others != 0;)
            {
                others = TrainFree(runs, plan.Rungs[r], progress, finished, cancellation);
                if (others > 0 && others != told)
                {
                    told = others;
                    progress?.Report(new ComparisonProgress($"waiting for {others} of {runs.Length} runs, which other processes train"));
                }

                if (others > 0)
                {
                    cancellation.WaitHandle.WaitOne(s_pause);
                }
            }
        }
    }

    /// <summary>The candidates that train up to a rung: those that were among the better half at each rung before, and the baseline.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="metric">What they are judged by.</param>
    /// <param name="runs">What is kept of the runs.</param>
    /// <param name="rung">The rung, from 0 on.</param>
    public static int[] Alive(ComparisonPlan plan, TaskMetric metric, ComparedRun?[][] runs, int rung)
    {
        int[] alive = [.. Enumerable.Range(0, plan.Candidates.Count)];
        for (int r = 0; r < rung; r++)
        {
            int[] challengers = [.. alive.Where(c => c != plan.Baseline)];
            HashSet<int> kept =
            [
                .. challengers.Select(c => (Candidate: c, Score: ScoreAt(runs[c], plan.Rungs[r], metric))).Where(c => c.Score is not null)
                    .OrderBy(c => metric.LowerIsBetter ? c.Score : -c.Score).ThenBy(c => c.Candidate).Take(ComparisonPlan.Kept(challengers.Length)).Select(c => c.Candidate),
            ];
            alive = [.. alive.Where(c => c == plan.Baseline || kept.Contains(c))];
        }

        return alive;
    }

    /// <summary>The mean over the seeds of the best score up to an epoch; null when a run is missing or diverged.</summary>
    public static double? ScoreAt(IReadOnlyList<ComparedRun?> runs, int epoch, TaskMetric metric)
    {
        double?[] scores = [.. runs.Select(r => r is null or { State: ComparedRunState.Diverged } ? null : r.BestUpTo(epoch, metric))];
        return scores.Contains(null) ? null : scores.Average();
    }

    // Trains the runs that no other process has; how many others have.
    private int TrainFree(
        (int Candidate, ulong Seed)[] runs, int epoch, IProgress<TrainingEvent>? progress, Action finished, CancellationToken cancellation)
    {
        int others = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            (int candidate, ulong seed) = runs[i];
            if (IsThere(candidate, seed, epoch))
            {
                continue;
            }

            using RunLock? claim = RunLock.TryTake(FolderOf(candidate, seed), ClaimFile);
            if (claim is null)
            {
                others++;
            }
            else if (!IsThere(candidate, seed, epoch))
            {
                // Nobody came to its end between the first look and the claim.
                string upTo = epoch < plan.Epochs ? $", to epoch {epoch}" : string.Empty;
                progress?.Report(new ComparisonProgress($"run {i + 1} of {runs.Length}: {plan.Candidates[candidate].Name}, seed {seed}{upTo}"));
                TrainTo(candidate, seed, epoch, progress, cancellation);
                finished();
            }
        }

        return others;
    }

    private bool IsThere(int candidate, ulong seed, int epoch) =>
        ComparedRun.TryRead(FolderOf(candidate, seed)) is { } run && (run.State != ComparedRunState.Paused || run.Epochs >= epoch);

    private void TrainTo(int candidate, ulong seed, int epoch, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        string path = FolderOf(candidate, seed);
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var listener = new Pausing(epoch, plan.Epochs, progress, pause.Cancel);
        try
        {
            TrainOptions options = SeriesRun.Options(plan.Candidates[candidate].Options with { Seed = seed }, process, path);
            TrainResult result = Trainer.Train(options, listener, pause.Token, sections);
            if (result.Outcome == TrainOutcome.Interrupted && !(listener.HasPaused && result.Epochs >= epoch))
            {
                cancellation.ThrowIfCancellationRequested();
            }

            ComparedRun.Of(result, result.Outcome == TrainOutcome.Interrupted ? ComparedRunState.Paused : ComparedRunState.Done).Write(path);
        }
        catch (DivergedException e)
        {
            // That a candidate cannot be trained by the recipe is a finding about it; the others go on.
            progress?.Report(new TrainingWarning($"{plan.Candidates[candidate].Name}, seed {seed}: {e.Message}"));
            new ComparedRun { State = ComparedRunState.Diverged, Epochs = 0, EpochScores = [] }.Write(path);
        }
    }

    /// <summary>Stops a run at the end of an epoch that is not its last, or where it begins if it is there already.</summary>
    private sealed class Pausing(int epoch, int epochs, IProgress<TrainingEvent>? next, Action pause) : IProgress<TrainingEvent>
    {
        public bool HasPaused { get; private set; }

        public void Report(TrainingEvent value)
        {
            next?.Report(value);
            bool isThere = value switch
            {
                RunStarted started => started.FirstEpoch > epoch,
                EpochDone done => done.Metrics.Epoch >= epoch,
                _ => false,
            };
            if (isThere && epoch < epochs)
            {
                HasPaused = true;
                pause();
            }
        }
    }
}
