using System.Text.Json.Nodes;

namespace Fovea.Training.Tests.Comparison;

/// <summary>What a comparison says of runs of which the truth is known.</summary>
public sealed class ComparisonPageTests : IDisposable
{
    private const int Images = 1000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_answer_names_who_pays_and_who_does_not_and_the_costs()
    {
        ComparisonPlan plan = HalvingTests.Plan(["none", "se", "eca", "bam"], [3], seeds: 3);
        ComparisonResult result = Judge(plan, [0, 0.1, 0, -0.1]);
        Assert.Equal("se", Assert.Single(result.Better).Name);
        Assert.Equal("bam", Assert.Single(result.Worse).Name);
        Assert.Matches(
            @"^On photos, se pays\. se has 7\d\.\d\d % top-1 against 6\d\.\d\d % of none \(\+\d+\.\d\d points, interval \+\d+\.\d\d to \+\d+\.\d\d, corrected p < 0\.001\), "
            + @"for 1\.01 × the multiply-adds, 1\.10 × the time of a step and 1\.00 × the parameters\. bam is worse than none: −\d+\.\d\d points, interval −\d+\.\d\d to −\d+\.\d\d, corrected p < 0\.001\.$",
            result.Conclusion);
        Assert.Contains("paired by seed and image; the variance of a single run is pooled over the candidates (6 degrees of freedom)", result.Method, StringComparison.Ordinal);

        string page = ComparisonPage.Draw(result, plan);
        int answer = page.IndexOf("The answer", StringComparison.Ordinal);
        Assert.InRange(answer, 1, page.IndexOf("How good, how surely", StringComparison.Ordinal));
        Assert.Contains("<b>se</b>", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("<svg").Length - 1);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        JsonNode json = JsonNode.Parse(result.ToJson())!;
        Assert.True((double)json["candidates"]![1]!["correctedP"]! < 0.05 && (double)json["candidates"]![1]!["differenceLow"]! > 0 && json["candidates"]![0]!["p"] is null);
    }

    [Fact]
    public void Where_nothing_pays_it_says_how_much_would_have_been_seen()
    {
        ComparisonResult result = Judge(HalvingTests.Plan(["none", "se", "eca", "bam"], [3], seeds: 3), [0, 0, 0, 0]);
        Assert.Matches(
            @"^On photos, no candidate pays: none of the 3 is better than the baseline \(none\) beyond chance\. With 3 seeds and 1000 images a difference of about \d\.\d\d points would have been one; smaller ones cannot be told from chance\.$",
            result.Conclusion);
        Assert.Empty(result.Better.Concat(result.Worse));
    }

    [Fact]
    public void A_score_that_is_no_mean_over_images_is_judged_over_seeds_alone()
    {
        ComparisonResult result = Judge(HalvingTests.Plan(["none", "se", "eca", "bam"], [3], seeds: 3), [0, 0.1, 0, -0.1], withTerms: false);
        Assert.Contains("the score is no mean over images, so what other images would do is not known", result.Method, StringComparison.Ordinal);
        Assert.Contains("paired by seed;", result.Method, StringComparison.Ordinal);
        Assert.Equal("se", Assert.Single(result.Better).Name);
    }

    [Fact]
    public void Before_all_runs_are_done_nothing_is_concluded()
    {
        ComparisonPlan plan = HalvingTests.Plan(["none", "se"], [3]);
        var runs = new ComparisonRuns(plan, _folder.Path, new TrainOptions(), []);
        Run(0.5, null).Write(runs.FolderOf(0, 0));
        ComparisonResult result = ComparisonJudge.Judge(plan, runs, _folder.Path);
        Assert.Equal("1 of 4 runs are done; nothing is concluded before all are.", result.Conclusion);
        Assert.All(result.Candidates, c => Assert.True(c is { Outcome: CandidateOutcome.Pending, Score: null, Probability: null }));
        Assert.Equal($"fovea compare --resume {_folder.Path}", result.ResumeCommand);
        Assert.Contains("not done", ComparisonPage.Draw(result, plan), StringComparison.Ordinal);
    }

    [Fact]
    public void The_front_is_what_nothing_is_both_better_and_cheaper_than()
    {
        ParetoPoint[] points = [Point("a", 3, 0.9), Point("b", 1, 0.5), Point("c", 2, 0.4), Point("d", 2, 0.7), Point("e", 3, 0.8), Point("f", 1, 0.5)];
        Assert.Equal(["b", "d", "a"], ParetoPlot.Front(points, lowerIsBetter: false).Select(p => p.Name));
        Assert.Equal(["b", "c"], ParetoPlot.Front(points, lowerIsBetter: true).Select(p => p.Name));
    }

    private ComparisonResult Judge(ComparisonPlan plan, double[] gains, bool withTerms = true)
    {
        var runs = new ComparisonRuns(plan, _folder.Path, new TrainOptions(), []);
        Generator root = new(1);
        for (int c = 0; c < gains.Length; c++)
        {
            foreach (ulong seed in plan.Seeds)
            {
                // Images of known difficulty, which a run gets right if they are easier than it is good, give or take.
                Generator random = root.Fork((ulong)c).Fork(seed), easy = root.Fork("images");
                double[] terms = [.. Enumerable.Range(0, Images).Select(_ => easy.NextDouble() + (0.1 * random.NextNormal()) < 0.65 + gains[c] ? 1.0 : 0.0)];
                Run(terms.Average(), withTerms ? terms : null).Write(runs.FolderOf(c, seed));
            }
        }

        return ComparisonJudge.Judge(plan, runs, _folder.Path);
    }

    private static ComparedRun Run(double score, double[]? terms) =>
        new() { State = ComparedRunState.Done, Epochs = 3, EpochScores = [0.1, 0.2, score], Score = score, Terms = terms, Images = Images, ImagesHash = "same" };

    private static ParetoPoint Point(string name, double cost, double score) => new(name, cost, new Measured(score, null, null), false);
}
