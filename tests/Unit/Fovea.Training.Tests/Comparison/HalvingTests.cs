using Fovea.Training.Data;

namespace Fovea.Training.Tests.Comparison;

/// <summary>When candidates are dropped to keep a budget.</summary>
public sealed class HalvingTests
{
    // 8 candidates of 10 s an epoch, 16 epochs: 1280 s without dropping.
    private static readonly double[] s_even = [10, 10, 10, 10, 10, 10, 10, 10];

    [Theory]
    [InlineData(null, new[] { 16 }, 1280)]
    [InlineData(1280.0, new[] { 16 }, 1280)]
    [InlineData(1279.0, new[] { 8, 16 }, 8 * 80 + 8 * 50)]
    [InlineData(1000.0, new[] { 4, 8, 16 }, 4 * 80 + 4 * 50 + 8 * 30)]
    [InlineData(700.0, new[] { 2, 4, 8, 16 }, 2 * 80 + 2 * 50 + 4 * 30 + 8 * 20)]
    public void The_fewest_rungs_that_keep_the_budget_are_taken(double? budget, int[] rungs, double seconds)
    {
        (IReadOnlyList<int> planned, double expected) = Halving.Plan(16, 1, s_even, 0, budget);
        Assert.Equal(rungs, planned);
        Assert.Equal(seconds, expected, 1e-9);
    }

    [Fact]
    public void A_budget_that_nothing_keeps_is_refused_with_what_would_do()
    {
        string message = Assert.Throws<OptionException>(() => Halving.Plan(16, 1, s_even, 0, 300)).Message;
        Assert.Contains("about 9 min 00 s, and the budget is 5 min 00 s", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rungs_are_at_epochs_that_are_validated()
    {
        Assert.Equal([6, 9, 15], Halving.Plan(15, 3, s_even, 0, 900).Rungs);
        Assert.Equal([1, 2], Halving.Plan(2, 1, s_even, 0, 135).Rungs);
    }

    [Fact]
    public void The_better_half_goes_on_and_the_baseline_in_any_case()
    {
        ComparisonPlan plan = Plan(["none", "a", "b", "c", "d", "e"], [2, 4, 8]);
        var metric = new TaskMetric("top1", "top-1");

        // Best of the first two epochs: a 0.5, b 0.9, c 0.7, d 0.6, e 0.8; a run that diverged has none.
        ComparedRun?[][] runs =
        [
            Runs(plan, 0.1, 0.2, 0.3, 0.3), Runs(plan, 0.5, 0.4, 0.99, 0.99), Runs(plan, 0.2, 0.9, 0.9, 0.9), Runs(plan, 0.7, 0.6, 0.95, 0.9), Runs(plan, 0.6, 0.6),
            Runs(plan, 0.1, 0.8, 0.8, 0.8),
        ];
        Assert.Equal([0, 1, 2, 3, 4, 5], ComparisonRuns.Alive(plan, metric, runs, 0));
        Assert.Equal([0, 2, 3, 5], ComparisonRuns.Alive(plan, metric, runs, 1));
        Assert.Equal([0, 2, 3], ComparisonRuns.Alive(plan, metric, runs, 2));
        Assert.Equal([0, 1, 2], ComparisonRuns.Alive(Plan(["none", "a", "b", "c", "d"], [2, 4]), new TaskMetric("e", "error") { LowerIsBetter = true }, runs, 1));
        runs[2][0] = runs[2][0]! with { State = ComparedRunState.Diverged };
        Assert.Equal([0, 3, 4, 5], ComparisonRuns.Alive(plan, metric, runs, 1));
    }

    internal static ComparisonPlan Plan(string[] candidates, int[] rungs, int seeds = 2) => new()
    {
        Asked = string.Empty,
        Data = "photos",
        Model = "resnet8",
        Task = DataTask.Classify,
        Baseline = 0,
        Seeds = [.. Enumerable.Range(0, seeds).Select(s => (ulong)s)],
        Rungs = rungs,
        PlannedSeconds = 60,
        Candidates =
        [
            .. candidates.Select((name, i) => new PlannedCandidate
            {
                Name = name,
                Key = name,
                Attention = name,
                Options = new TrainOptions { Model = "resnet8" },
                Parameters = 1000 + i,
                MultiplyAdds = 100_000 + (1000 * i),
                MemoryBytes = 5_000_000,
                StepSeconds = 0.01 + (0.001 * i),
            }),
        ],
    };

    private static ComparedRun?[] Runs(ComparisonPlan plan, params double?[] scores) =>
        [.. plan.Seeds.Select(_ => new ComparedRun { State = ComparedRunState.Paused, Epochs = scores.Length, EpochScores = scores })];
}
