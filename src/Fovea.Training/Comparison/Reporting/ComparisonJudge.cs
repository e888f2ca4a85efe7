namespace Fovea.Training;

/// <summary>Makes the result of what is kept of the runs: who was dropped, how good the others are, which differences are beyond chance.</summary>
internal static class ComparisonJudge
{
    /// <summary>What a corrected probability has to be below for a difference to be one.</summary>
    public const double Level = 0.05;

    public static ComparisonResult Judge(ComparisonPlan plan, ComparisonRuns runs, string folder)
    {
        TaskMetric metric = TaskCatalog.Of(plan.Task).Score;
        ComparedRun?[][] kept = runs.Read();
        int rung = Reached(plan, metric, kept);
        int[] alive = ComparisonRuns.Alive(plan, metric, kept, rung);
        bool isComplete = alive.All(c => kept[c].All(r => r is { State: not ComparedRunState.Paused }));
        CandidateOutcome[] outcomes = [.. kept.Select((r, c) => OutcomeOf(r, alive.Contains(c)))];

        // Nothing is tested before all is there: who looks at every state on the way finds a difference in one of them.
        int[] tested = isComplete ? [.. Enumerable.Range(0, kept.Length).Where(c => outcomes[c] == CandidateOutcome.Completed && kept[c].All(r => r!.Score is not null))] : [];
        bool sameImages = tested.SelectMany(c => kept[c]).Select(r => r!.ImagesHash).Distinct().Count() <= 1;
        var analysis = new ScoreAnalysis([.. tested.Select(c => Scored(kept[c]))], sameImages);
        int tried = kept.Length - 1, own = Array.IndexOf(tested, plan.Baseline);
        bool areCompared = own >= 0 && tested.Length > 1;
        Estimated?[] differences = [.. kept.Select((_, c) => areCompared && c != plan.Baseline && tested.Contains(c) ? analysis.Difference(Array.IndexOf(tested, c), own) : (Estimated?)null)];
        double?[] probabilities = [.. differences.Select(d => analysis.RunVariance is null ? null : d?.Probability)];
        double[] corrected = HolmCorrection.Of([.. probabilities.OfType<double>()], tried);
        Queue<double> inOrder = new(corrected);
        ComparedCandidate[] candidates =
        [
            .. plan.Candidates.Select((p, c) => new ComparedCandidate
            {
                Name = p.Name,
                Attention = p.Attention,
                Outcome = outcomes[c],
                Epochs = kept[c].Max(r => r?.Epochs ?? 0),
                Scores = [.. kept[c].Select(r => r?.Score)],
                Runs = [.. plan.Seeds.Select(s => runs.FolderOf(c, s))],
                Score = tested.Contains(c) ? With(analysis.Score(Array.IndexOf(tested, c)), Level, metric.IsShare) : null,
                Difference = differences[c] is { } difference ? With(difference, Level / tried, isShare: false) : null,
                Probability = probabilities[c],
                CorrectedProbability = probabilities[c] is null ? null : inOrder.Dequeue(),
                Parameters = p.Parameters,
                MultiplyAdds = p.MultiplyAdds,
                MemoryBytes = p.MemoryBytes,
                StepSeconds = p.StepSeconds,
                Note = outcomes[c] switch
                {
                    CandidateOutcome.Dropped => Dropped(plan, metric, kept, c),
                    CandidateOutcome.Diverged => "The loss was not finite again and again: the recipe does not train it.",
                    _ => null,
                },
            }),
        ];
        var result = new ComparisonResult
        {
            Folder = folder,
            IsComplete = isComplete,
            Conclusion = string.Empty,
            Method = string.Empty,
            Data = plan.Data,
            Model = plan.Model,
            Engine = plan.Engine,
            Metric = metric,
            Epochs = plan.Epochs,
            Seeds = plan.Seeds,
            ValidationImages = kept.SelectMany(r => r).Max(r => r?.Images ?? 0),
            Runs = (alive.Sum(c => kept[c].Count(r => r is { State: not ComparedRunState.Paused })), alive.Length * plan.Seeds.Count),
            Candidates = candidates,
            Baseline = candidates[plan.Baseline],
            Freedom = areCompared ? Math.Max(0, analysis.Freedom) : 0,
            Rungs = plan.Rungs,
            Budget = plan.BudgetSeconds is { } budget ? (budget, kept.SelectMany(r => r).Sum(r => r?.Seconds ?? 0)) : null,
            Report = Path.Combine(folder, "report.html"),
            ResumeCommand = isComplete ? null : $"fovea compare --resume {Shell.Quote(folder)}",
        };
        return result with { Conclusion = ComparisonText.Conclusion(result), Method = ComparisonText.Method(result, analysis.HasImages, sameImages) };
    }

    // The rung that is being trained for: the first that not all are at.
    private static int Reached(ComparisonPlan plan, TaskMetric metric, ComparedRun?[][] kept)
    {
        int rung = 0;
        while (rung < plan.Rungs.Count - 1 && ComparisonRuns.Alive(plan, metric, kept, rung)
            .All(c => kept[c].All(r => r is { State: not ComparedRunState.Paused } || r?.Epochs >= plan.Rungs[rung])))
        {
            rung++;
        }

        return rung;
    }

    private static CandidateOutcome OutcomeOf(ComparedRun?[] runs, bool isAlive) =>
        runs.Any(r => r?.State == ComparedRunState.Diverged) ? CandidateOutcome.Diverged
        : !isAlive ? CandidateOutcome.Dropped
        : runs.All(r => r?.State == ComparedRunState.Done) ? CandidateOutcome.Completed
        : CandidateOutcome.Pending;

    private static ScoredRuns Scored(ComparedRun?[] runs) => new(
        [.. runs.Select(r => r!.Score!.Value)], runs.All(r => r!.Terms is { Count: > 0 }) ? [.. runs.Select(r => r!.Terms!)] : null);

    private static Measured With(Estimated estimate, double level, bool isShare)
    {
        double? half = estimate.HalfWidth(level), low = estimate.Value - half, high = estimate.Value + half;
        return new Measured(estimate.Value, isShare && low < 0 ? 0 : low, isShare && high > 1 ? 1 : high);
    }

    private static string Dropped(ComparisonPlan plan, TaskMetric metric, ComparedRun?[][] kept, int candidate)
    {
        int rung = Enumerable.Range(0, plan.Rungs.Count - 1).First(r => !ComparisonRuns.Alive(plan, metric, kept, r + 1).Contains(candidate));
        int[] challengers = [.. ComparisonRuns.Alive(plan, metric, kept, rung).Where(c => c != plan.Baseline)];
        double? score = ComparisonRuns.ScoreAt(kept[candidate], plan.Rungs[rung], metric);
        int place = 1 + challengers.Count(c => metric.IsBetter(ComparisonRuns.ScoreAt(kept[c], plan.Rungs[rung], metric), score));
        return FormattableString.Invariant(
            $"Dropped after {plan.Rungs[rung]} of {plan.Epochs} epochs to keep the budget: {metric.Title} {metric.Text(score)}, place {place} of {challengers.Length}; the first {ComparisonPlan.Kept(challengers.Length)} went on.");
    }
}
