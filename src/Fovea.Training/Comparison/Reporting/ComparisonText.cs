using System.Globalization;
using System.Text.Json;

namespace Fovea.Training;

/// <summary>What a comparison came to in words and in JSON.</summary>
internal static class ComparisonText
{
    /// <summary>The answer to which candidate pays, in a few sentences.</summary>
    public static string Conclusion(ComparisonResult result)
    {
        ComparedCandidate baseline = result.Baseline;
        ComparedCandidate[] compared = [.. result.Candidates.Where(c => c.Difference is not null)];
        if (!result.IsComplete)
        {
            return $"{result.Runs.Done} of {Format.Of(result.Runs.All, "run")} are done; nothing is concluded before all are.";
        }

        if (baseline.Score is not { } own || compared.Length == 0)
        {
            string reason = baseline.Outcome == CandidateOutcome.Diverged ? $"{baseline.Name}, with which the others are to be compared, could not be trained"
                : baseline.Score is null ? $"the runs of {baseline.Name} have no score" : $"no candidate beside {baseline.Name} came to the end";
            return $"Nothing can be compared: {reason}.";
        }

        if (result.Freedom == 0)
        {
            ComparedCandidate highest = result.Metric.LowerIsBetter ? compared.MinBy(c => c.Score!.Value.Value)! : compared.MaxBy(c => c.Score!.Value.Value)!;
            return $"With one seed nothing can be said about which mechanism pays: another seed trains another network. Of these networks {highest.Name} has "
                + $"{result.Metric.Text(highest.Score!.Value.Value)} {result.Metric.Title}, {baseline.Name} {result.Metric.Text(own.Value)}. Take --seeds 3.";
        }

        ComparedCandidate[] better = [.. Sorted(result, result.Better)], worse = [.. Sorted(result, result.Worse).Reverse()];
        string[] sentences =
        [
            .. better.Length > 0 ? Gains(result, better) : [NoGain(result, compared)],
            .. worse.Select(c => $"{c.Name} is worse than {baseline.Name}: {Difference(result, c)}."),
            .. result.Candidates.Count(c => c.Outcome == CandidateOutcome.Dropped) is > 0 and var dropped ? [$"{dropped} of {result.Candidates.Count} candidates were dropped early to keep the budget: of them nothing is said."] : Array.Empty<string>(),
        ];
        return string.Join(' ', sentences);
    }

    /// <summary>How differences were tested.</summary>
    /// <param name="result">What it came to.</param>
    /// <param name="hasImages">Whether the score is a mean over images, so that their chance is known.</param>
    /// <param name="sameImages">Whether all seeds were judged on the same images.</param>
    public static string Method(ComparisonResult result, bool hasImages, bool sameImages)
    {
        string images = Format.Of(result.ValidationImages, "image");
        if (!result.IsComplete)
        {
            return "Scores are compared when all runs are done.";
        }

        if (result.Freedom == 0)
        {
            return hasImages
                ? $"Intervals hold for these networks and other images like the {images} of the validation; what another seed would do is not known, and no difference is tested."
                : "One run of each tells nothing of chance: there are no intervals, and no difference is tested.";
        }

        string sources = !hasImages ? $"over seeds, for the {images} of this validation: the score is no mean over images, so what other images would do is not known"
            : sameImages ? $"over seeds and images: another seed, and other images like the {images} of the validation"
            : $"over seeds, each of which held out {images} of its own";
        int tried = result.Candidates.Count - 1;
        return string.Create(CultureInfo.InvariantCulture,
            $"Each score is that of the weights that a run keeps, those of its best epoch on these images: a little too good, for all candidates alike. Intervals of scores are of 95 %, {sources}. "
            + $"Differences from {result.Baseline.Name} are paired by seed{(hasImages ? " and image" : string.Empty)}; the variance of a single run is pooled over the candidates ({Format.Of(result.Freedom, "degree")} of freedom), "
            + $"and their t-test is corrected by Holm's method for all {tried} that were tried; the intervals of the differences hold with 95 % for all {tried} together.");
    }

    /// <summary>A probability: three digits after the point, or that it is smaller.</summary>
    public static string Probability(double? p) => p switch
    {
        null => Format.NotAvailable,
        < 0.001 => "< 0.001",
        _ => p.Value.ToString("0.000", CultureInfo.InvariantCulture),
    };

    /// <summary>How many times as much: <c>1.04 ×</c>.</summary>
    public static string Times(double value, double of) => of > 0 ? string.Create(CultureInfo.InvariantCulture, $"{value / of:0.00} ×") : Format.NotAvailable;

    /// <summary>The result as one line of JSON.</summary>
    public static string Json(ComparisonResult result) => JsonLine.Of(json =>
    {
        json.WriteString("conclusion", result.Conclusion);
        json.WriteBoolean("complete", result.IsComplete);
        json.WriteString("folder", result.Folder);
        json.WriteString("report", result.Report);
        json.WriteString("data", result.Data);
        json.WriteString("model", result.Model);
        json.WriteString("device", result.Engine ?? "cpu");
        json.WriteString("metric", result.Metric.Name);
        json.WriteString("baseline", result.Baseline.Name);
        json.WriteNumber("epochs", result.Epochs);
        json.WriteStartArray("seeds");
        foreach (ulong seed in result.Seeds)
        {
            json.WriteNumberValue(seed);
        }

        json.WriteEndArray();
        json.WriteNumber("validationImages", result.ValidationImages);
        json.WriteNumber("runsDone", result.Runs.Done);
        json.WriteNumber("runs", result.Runs.All);
        json.WriteNumber("degreesOfFreedom", result.Freedom);
        json.WriteStartArray("candidates");
        foreach (ComparedCandidate candidate in result.Candidates)
        {
            json.WriteStartObject();
            Write(json, candidate);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("method", result.Method);
        json.WriteStartArray("rungs");
        foreach (int rung in result.Rungs)
        {
            json.WriteNumberValue(rung);
        }

        json.WriteEndArray();
        json.Number("budgetSeconds", result.Budget?.Asked);
        json.Number("trainedSeconds", result.Budget?.Taken);
        json.WriteString("resumeCommand", result.ResumeCommand);
    });

    private static void Write(Utf8JsonWriter json, ComparedCandidate candidate)
    {
        json.WriteString("name", candidate.Name);
        json.WriteString("attention", candidate.Attention);
        json.WriteString("outcome", candidate.Outcome.ToString());
        json.WriteNumber("epochs", candidate.Epochs);
        json.Number("score", candidate.Score?.Value);
        json.Number("low", candidate.Score?.Low);
        json.Number("high", candidate.Score?.High);
        json.WriteStartArray("scores");
        foreach (double? score in candidate.Scores)
        {
            if (score is { } known && double.IsFinite(known))
            {
                json.WriteNumberValue(known);
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
        json.Number("difference", candidate.Difference?.Value);
        json.Number("differenceLow", candidate.Difference?.Low);
        json.Number("differenceHigh", candidate.Difference?.High);
        json.Number("p", candidate.Probability);
        json.Number("correctedP", candidate.CorrectedProbability);
        json.WriteNumber("parameters", candidate.Parameters);
        json.WriteNumber("multiplyAdds", candidate.MultiplyAdds);
        json.Number("memoryBytes", candidate.MemoryBytes);
        json.Number("stepMilliseconds", 1000 * candidate.StepSeconds);
        json.WriteStartArray("runs");
        foreach (string run in candidate.Runs)
        {
            json.WriteStringValue(run);
        }

        json.WriteEndArray();
        json.WriteString("note", candidate.Note);
    }

    private static IEnumerable<string> Gains(ComparisonResult result, ComparedCandidate[] better)
    {
        ComparedCandidate best = better[0], baseline = result.Baseline;
        string pays = better.Length == 1 ? $"{best.Name} pays" : $"{string.Join(", ", better[..^1].Select(c => c.Name))} and {better[^1].Name} pay";
        yield return $"On {result.Data}, {pays}.";
        foreach (ComparedCandidate c in better)
        {
            yield return $"{c.Name} has {result.Metric.Text(c.Score!.Value.Value)} {result.Metric.Title} against {result.Metric.Text(baseline.Score!.Value.Value)} of {baseline.Name} ({Difference(result, c)}), "
                + $"for {Times(c.MultiplyAdds, baseline.MultiplyAdds)} the multiply-adds, {Times(c.StepSeconds, baseline.StepSeconds)} the time of a step and {Times(c.Parameters, baseline.Parameters)} the parameters.";
        }
    }

    private static string NoGain(ComparisonResult result, ComparedCandidate[] compared)
    {
        string who = compared.Length == 1 ? $"{compared[0].Name} does not pay: it is not" : $"no candidate pays: none of the {compared.Length} is";
        double?[] halves = [.. compared.Select(c => c.Difference!.Value.High - c.Difference.Value.Value).Order()];
        string seen = halves[halves.Length / 2] is { } half
            ? $" With {Format.Of(result.Seeds.Count, "seed")} and {Format.Of(result.ValidationImages, "image")} a difference of about {Points(result.Metric, half)} would have been one; smaller ones cannot be told from chance."
            : string.Empty;
        return $"On {result.Data}, {who} better than the baseline ({result.Baseline.Name}) beyond chance.{seen}";
    }

    private static string Difference(ComparisonResult result, ComparedCandidate c)
    {
        Measured difference = c.Difference!.Value;
        string unit = result.Metric.IsShare ? " points" : string.Empty;
        string interval = difference is { Low: { } low, High: { } high } ? $", interval {result.Metric.SignedText(low)} to {result.Metric.SignedText(high)}" : string.Empty;
        return $"{result.Metric.SignedText(difference.Value)}{unit}{interval}, corrected p {Probability(c.CorrectedProbability)}";
    }

    private static string Points(TaskMetric metric, double value) => metric.IsShare
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.00} points") : Format.Number(value);

    private static IEnumerable<ComparedCandidate> Sorted(ComparisonResult result, IReadOnlyList<ComparedCandidate> candidates) =>
        candidates.OrderBy(c => result.Metric.LowerIsBetter ? c.Score!.Value.Value : -c.Score!.Value.Value);
}
