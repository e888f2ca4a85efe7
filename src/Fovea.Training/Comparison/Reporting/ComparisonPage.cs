using System.Globalization;

namespace Fovea.Training;

/// <summary>
/// The page of a comparison: the answer first, then scores, differences and costs, how they go together, and the single runs. It holds nothing that is not the same when
/// the comparison was stopped and resumed, but for what was measured in time.
/// </summary>
internal static class ComparisonPage
{
    public static string Draw(ComparisonResult result, ComparisonPlan plan)
    {
        string title = $"{result.Model} on {result.Data}: which candidate pays";
        var page = new ReportPage(title);
        page.Head(title, Path.GetFileName(result.Folder), string.Create(
            CultureInfo.InvariantCulture,
            $"{Format.Of(result.Candidates.Count, "candidate")} · {Format.Of(result.Seeds.Count, "seed")} · {Format.Of(result.Epochs, "epoch")} · Fovea {EnvironmentInfo.ShortVersion}"));
        page.Section("The answer", null, $"<p>{Svg.Escape(result.Conclusion)}</p>");
        page.Section("How good, how surely, at what cost", result.Method, Scores(result));
        string where = result.Engine is { } engine ? $" by {engine}" : string.Empty;
        page.Section("Costs", $"Parameters of the model, multiply-adds on one image, the time of a training step on a batch in memory (measured{where} before the runs, the candidates in turns; the median of the turns), "
            + "and the native memory at the peak of that step (weights, gradients, optimiser, activations, workspaces; not of another engine).", Costs(result));
        ParetoPoint[] Points(Func<ComparedCandidate, double> cost) =>
            [.. result.Candidates.Where(c => c.Score is not null).Select(c => new ParetoPoint(c.Name, cost(c), c.Score!.Value, c == result.Baseline))];
        page.Pairs(
            ($"{result.Metric.Title} over arithmetic", "Lines at the points are 95 % intervals.", ParetoPlot.Draw(
                $"{result.Metric.Title} over multiply-adds", Points(c => c.MultiplyAdds), result.Metric, "multiply-adds", v => Format.Count((long)v)).Inline()),
            ($"{result.Metric.Title} over time", "Lines at the points are 95 % intervals.", ParetoPlot.Draw(
                $"{result.Metric.Title} over the time of a step", Points(c => 1000 * c.StepSeconds), result.Metric, "milliseconds a training step", Milliseconds).Inline()));
        page.Section("Runs", "Each run has a folder like any other's, named by the candidate and the seed, for eval, explain and the studio.", Runs(result));
        if (result.Budget is { } budget)
        {
            page.Section("Budget", null, $"<p>{Svg.Escape(Halved(result, plan, budget))}</p>");
        }

        page.Details("Options", plan.Candidates[plan.Baseline].Options.ToJson());
        return page.ToString();
    }

    private static string Scores(ComparisonResult result)
    {
        string points = result.Metric.IsShare ? ", points" : string.Empty;
        var table = new PageTable("candidate", result.Metric.Title, "95 % interval", $"difference{points}", "interval for all", "p", "corrected p", "multiply-adds", "step");
        foreach (ComparedCandidate c in result.Candidates)
        {
            bool isOwn = c == result.Baseline;
            table.Row(
                result.Better.Contains(c) ? PageCell.Strong(c.Name) : c.Name,
                c.Score is { } score ? result.Metric.Text(score.Value) : Short(c),
                Interval(c.Score, v => result.Metric.Text(v)),
                isOwn ? "–" : c.Difference is { } d ? result.Metric.SignedText(d.Value) : Format.NotAvailable,
                isOwn ? "–" : Interval(c.Difference, result.Metric.SignedText),
                isOwn ? "–" : ComparisonText.Probability(c.Probability),
                isOwn ? "–" : ComparisonText.Probability(c.CorrectedProbability),
                ComparisonText.Times(c.MultiplyAdds, result.Baseline.MultiplyAdds),
                ComparisonText.Times(c.StepSeconds, result.Baseline.StepSeconds));
        }

        string notes = string.Concat(result.Candidates.Where(c => c.Note is not null).Select(c => $"<p class=\"soft\">{Svg.Escape($"{c.Name}: {c.Note}")}</p>"));
        return $"{table}{notes}";
    }

    private static string Costs(ComparisonResult result)
    {
        var table = new PageTable("candidate", "parameters", "multiply-adds", "ms a step", "memory");
        foreach (ComparedCandidate c in result.Candidates)
        {
            table.Row(
                c.Name, c.Parameters.ToString("N0", CultureInfo.InvariantCulture), c.MultiplyAdds.ToString("N0", CultureInfo.InvariantCulture),
                Milliseconds(1000 * c.StepSeconds), c.MemoryBytes is { } bytes ? Format.Bytes(bytes) : Format.NotAvailable);
        }

        return table.ToString();
    }

    private static string Runs(ComparisonResult result)
    {
        var table = new PageTable(["candidate", "epochs", .. result.Seeds.Select(s => string.Create(CultureInfo.InvariantCulture, $"seed {s}"))]);
        foreach (ComparedCandidate c in result.Candidates)
        {
            table.Row([c.Name, (long)c.Epochs, .. c.Scores.Select(s => (PageCell)result.Metric.Text(s))]);
        }

        return table.ToString();
    }

    private static string Halved(ComparisonResult result, ComparisonPlan plan, (double Asked, double Taken) budget)
    {
        string dropping = result.Rungs.Count == 1 ? "All candidates fit into it, and none was dropped"
            : $"After {string.Join(" and ", result.Rungs.Take(result.Rungs.Count - 1))} of {Format.Of(result.Epochs, "epoch")} the better half of the candidates went on, by the mean over the seeds of their best score "
            + $"so far, and {result.Baseline.Name} in any case";
        return $"The budget was {Format.Time(budget.Asked)}. {dropping}. By the steps that were measured before, the runs were to take {Format.Time(plan.PlannedSeconds)}; they took {Format.Time(budget.Taken)}.";
    }

    private static string Interval(Measured? value, Func<double, string> text) =>
        value is { Low: { } low, High: { } high } ? $"{text(low)} to {text(high)}" : Format.NotAvailable;

    private static string Short(ComparedCandidate c) => c.Outcome switch
    {
        CandidateOutcome.Dropped => "dropped",
        CandidateOutcome.Diverged => "diverged",
        CandidateOutcome.Pending => "not done",
        _ => Format.NotAvailable,
    };

    private static string Milliseconds(double value) => value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
