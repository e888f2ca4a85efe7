using System.Text.Json.Nodes;
using Fovea.Imaging.Codecs.Png;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Comparison;

/// <summary>Whole comparisons, of seconds.</summary>
[Collection("engine")]
public sealed class ComparisonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ComparisonTests()
    {
        Write(_folder.File("pictures"), new TinyRun.Blobs(24, 1));
        Write(_folder.File("val"), new TinyRun.Blobs(12, 2));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Candidates_are_trained_alike_and_compared()
    {
        ComparisonResult result = ModelComparison.Run(Options("first"));
        Assert.True(result.IsComplete);
        Assert.Equal(_folder.File("compare/first"), result.Folder);
        Assert.Equal(["none", "se", "simam"], result.Candidates.Select(c => c.Name));
        Assert.Equal(("none", 2, 2, 12, (6, 6)), (result.Baseline.Name, result.Epochs, result.Freedom, result.ValidationImages, result.Runs));
        Assert.All(result.Candidates, c => Assert.True(c is { Outcome: CandidateOutcome.Completed, Epochs: 2, StepSeconds: > 0, MemoryBytes: > 0 } && c.Score is { Low: not null, High: not null }));
        Assert.All(result.Candidates.Skip(1), c => Assert.InRange(c.CorrectedProbability!.Value, c.Probability!.Value, 1));
        ComparedCandidate none = result.Candidates[0], se = result.Candidates[1], simam = result.Candidates[2];
        Assert.Null(none.Difference);
        Assert.True(se.Parameters > none.Parameters && se.MultiplyAdds > none.MultiplyAdds && simam.Parameters == none.Parameters);

        // The runs are runs as train makes them: the same weights from the same options, and eval gives the score.
        TrainResult alone = Trainer.Train(Recipe with { Attention = "se", Seed = 8, Output = _folder.File("runs") });
        Assert.Equal(File.ReadAllBytes(Path.Combine(alone.Run, "best.safetensors")), File.ReadAllBytes(Path.Combine(se.Runs[1], "best.safetensors")));
        Assert.Equal(alone.Score, se.Scores[1]);
        Assert.Equal(alone.Score!.Value, alone.Evaluation!.ScoreTerms!.Average(), 1e-12);
        Assert.Equal(se.Scores[0], Evaluator.Run(new EvalOptions { Weights = Path.Combine(se.Runs[0], "best.safetensors"), Data = _folder.File("val") }).Top1);
        Assert.Contains("\"completed\"", File.ReadAllText(Path.Combine(se.Runs[0], "status.json")), StringComparison.Ordinal);

        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(result.Folder, "compare.json")))!;
        Assert.Equal(result.Conclusion, (string)json["conclusion"]!);
        Assert.Equal(se.Score!.Value.Value, (double)json["candidates"]![1]!["score"]!);
        string page = File.ReadAllText(result.Report);
        Assert.Contains(System.Net.WebUtility.HtmlEncode(result.Conclusion), page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page.Replace("http://www.w3.org", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    // The costs are measured anew in each comparison; taken from the one that ran through, the pages must be the same.
    [Fact]
    public void A_comparison_that_is_stopped_again_and_again_makes_the_same_page()
    {
        ComparisonResult through = ModelComparison.Run(Options("cmp"));
        string folder = _folder.File("stopped/cmp");
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(through.Folder, "plan.json"), Path.Combine(folder, "plan.json"));
        int stops = 0, batches = 0;
        ComparisonResult? result = null;
        var resumed = new ComparisonOptions { Resume = folder, Training = new TrainOptions { Threads = 1, Workers = 0 } };
        while (result is not { IsComplete: true })
        {
            using var stop = new CancellationTokenSource();
            var listener = new Listener(e =>
            {
                // Every seventh step, wherever that is.
                if (e is BatchDone && ++batches % 7 == 0)
                {
                    stop.Cancel();
                }
            });
            result = ModelComparison.Run(resumed, listener, stop.Token);
            Assert.True(result.IsComplete || result.ResumeCommand == $"fovea compare --resume {folder}");
            stops += result.IsComplete ? 0 : 1;
        }

        Assert.InRange(stops, 6, 60);
        Assert.Equal(File.ReadAllText(through.Report), File.ReadAllText(result.Report));
        Assert.Equal(
            File.ReadAllText(Path.Combine(through.Folder, "compare.json")).Replace(through.Folder, folder, StringComparison.Ordinal), File.ReadAllText(Path.Combine(folder, "compare.json")));
    }

    // Another process plans and has a run: both are waited for, and nothing is done twice. Of a process that was killed the run is taken over.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_another_process_has_is_waited_for(bool otherEnds)
    {
        ComparisonResult through = ModelComparison.Run(Options("cmp"));
        string folder = _folder.File("shared/cmp"), run = Path.Combine(folder, "se-seed8");
        var planning = RunLock.Take(folder);
        RunLock? training = null;
        List<string> trained = [], waited = [];
        ComparisonResult result = ModelComparison.Run(Options("cmp") with { Output = _folder.File("shared") }, new Listener(Follow), TestContext.Current.CancellationToken);
        Assert.Equal([$"waiting for another process, which plans {folder}", "waiting for 1 of 6 runs, which other processes train"], waited);
        Assert.Equal(otherEnds ? 5 : 6, trained.Count);
        Assert.Equal(File.ReadAllText(through.Report), File.ReadAllText(result.Report));
        Assert.Equal(folder, result.Folder);

        void Follow(TrainingEvent e)
        {
            if (e is RunStarted started)
            {
                trained.Add(started.Run);
            }
            else if (e is ComparisonProgress { Message: var message } && message.StartsWith("waiting", StringComparison.Ordinal))
            {
                waited.Add(message);
                if (training is null)
                {
                    File.Copy(Path.Combine(through.Folder, "plan.json"), Path.Combine(folder, "plan.json"));
                    training = RunLock.TryTake(run, ComparisonRuns.ClaimFile);
                    planning.Dispose();
                }
                else
                {
                    Assert.Equal(5, trained.Count);
                    if (otherEnds)
                    {
                        File.Copy(Path.Combine(through.Candidates[1].Runs[1], "compared.json"), Path.Combine(run, "compared.json"));
                    }

                    training.Dispose();
                }
            }
        }
    }

    [Fact]
    public void The_same_options_find_the_comparison_and_others_make_another()
    {
        ComparisonOptions options = Options("name") with { Attention = ["none", "se"], Seeds = 1, Training = Recipe with { Epochs = 1 } };
        using var stop = new CancellationTokenSource();
        ComparisonResult stopped = ModelComparison.Run(options, new Listener(e => Cancel(stop, e is EpochDone)), stop.Token);
        Assert.False(stopped.IsComplete);
        Assert.Contains("nothing is concluded before all are", stopped.Conclusion, StringComparison.Ordinal);
        int trained = 0;
        var count = new Listener(e => trained += e is RunStarted ? 1 : 0);
        ComparisonResult done = ModelComparison.Run(options with { Training = options.Training with { Threads = 1, CheckpointSeconds = 7 } }, count);
        Assert.Equal((stopped.Folder, true), (done.Folder, done.IsComplete));
        Assert.InRange(trained, 1, 2);

        // Once more there is nothing to do.
        trained = 0;
        Assert.Equal(done.Conclusion, ModelComparison.Run(options, count).Conclusion);
        Assert.Equal(0, trained);
        Assert.Contains("With one seed nothing can be said", done.Conclusion, StringComparison.Ordinal);
        Assert.All(done.Candidates, c => Assert.Null(c.Probability));
        Assert.Equal($"{done.Folder}-2", ModelComparison.Run(options with { Attention = ["none", "eca"] }).Folder);
    }

    [Fact]
    public void To_keep_a_budget_the_worse_half_is_dropped_early()
    {
        ComparisonOptions options = Options("budget") with { Attention = ["none", "se", "eca", "simam", "sge"], Training = Recipe with { Epochs = 4 } };
        string folder = _folder.File("compare/budget");
        ComparisonPlan plan = new ComparisonPlanner(options, null, TestContext.Current.CancellationToken).Make("asked") with { Rungs = [1, 2, 4], BudgetSeconds = 100 };
        RunFolder.Make(folder).WriteText("plan.json", plan.ToJson());
        ComparisonResult result = ModelComparison.Run(new ComparisonOptions { Resume = folder });
        ComparedCandidate[] dropped = [.. result.Candidates.Where(c => c.Outcome == CandidateOutcome.Dropped)];
        Assert.Equal([1, 1, 2], dropped.Select(c => c.Epochs).Order());
        Assert.Equal(2, result.Candidates.Count(c => c.Outcome == CandidateOutcome.Completed));
        Assert.Equal((CandidateOutcome.Completed, 4), (result.Baseline.Outcome, result.Baseline.Epochs));
        Assert.All(dropped, c => Assert.Matches(@"^Dropped after [12] of 4 epochs to keep the budget: top-1 \d+\.\d\d %, place [1-4] of [42]; the first [21] went on\.$", c.Note));
        Assert.All(dropped, c => Assert.Null(c.CorrectedProbability));

        // The one that is left is corrected for the four that were tried.
        ComparedCandidate left = result.Candidates.Single(c => c is { Outcome: CandidateOutcome.Completed, Difference: not null });
        Assert.Equal(Math.Min(1, 4 * left.Probability!.Value), left.CorrectedProbability!.Value, 1e-12);
        Assert.Contains("dropped early to keep the budget", result.Conclusion, StringComparison.Ordinal);

        // What goes on after a rung is what would have been without one.
        TrainResult alone = Trainer.Train(Recipe with { Epochs = 4, Attention = left.Attention, Output = _folder.File("runs") });
        Assert.Equal(File.ReadAllBytes(Path.Combine(alone.Run, "best.safetensors")), File.ReadAllBytes(Path.Combine(left.Runs[0], "best.safetensors")));
    }

    [Fact]
    public void Candidates_may_differ_in_what_they_start_from()
    {
        TrainResult first = Trainer.Train(Recipe with { Attention = "none", Output = _folder.File("runs"), Name = "known", ImageSize = 16 });
        ComparisonResult result = ModelComparison.Run(Options("starts") with
        {
            Attention = ["none", "se"],
            Starts = [Path.Combine(first.Run, "best.safetensors"), ComparisonOptions.RandomStart],
            Seeds = 1,
            Training = Recipe with { Epochs = 1, Model = null, ImageSize = null },
        });
        Assert.Equal(["none from known", "se from known", "none from random", "se from random"], result.Candidates.Select(c => c.Name));
        Assert.Equal("none from known", result.Baseline.Name);

        // The same network on the same images at the same cost.
        Assert.Equal(result.Candidates[0].MultiplyAdds, result.Candidates[2].MultiplyAdds);
        Assert.Equal(result.Candidates[1].Parameters, result.Candidates[3].Parameters);
        Assert.True(File.Exists(Path.Combine(result.Candidates[0].Runs[0], "weights.json")));
        Assert.False(File.Exists(Path.Combine(result.Candidates[2].Runs[0], "weights.json")));
    }

    [Fact]
    public void A_candidate_that_diverges_is_a_finding_and_the_others_go_on()
    {
        ComparisonOptions options = Options("diverged") with { Attention = ["none", "se"] };
        ComparisonPlan plan = new ComparisonPlanner(options, null, TestContext.Current.CancellationToken).Make("asked");
        PlannedCandidate wild = plan.Candidates[1] with { Options = plan.Candidates[1].Options with { LearningRate = 1e30 } };
        string folder = _folder.File("compare/diverged");
        RunFolder.Make(folder).WriteText("plan.json", (plan with { Candidates = [plan.Candidates[0], wild] }).ToJson());
        ComparisonResult result = ModelComparison.Run(new ComparisonOptions { Resume = folder });
        Assert.Equal((CandidateOutcome.Completed, CandidateOutcome.Diverged, true), (result.Candidates[0].Outcome, result.Candidates[1].Outcome, result.IsComplete));
        Assert.Equal("Nothing can be compared: no candidate beside none came to the end.", result.Conclusion);

        RunFolder.Make(_folder.File("compare/all")).WriteText("plan.json", (plan with { Candidates = [wild with { Key = "a" }, wild] }).ToJson());
        Assert.Throws<DivergedException>(() => ModelComparison.Run(new ComparisonOptions { Resume = _folder.File("compare/all") }));
    }

    [Fact]
    public void What_cannot_be_compared_is_refused_and_leaves_no_folder()
    {
        ComparisonOptions options = Options("bad");
        Refuses("attention", options with { Attention = ["none"] });
        Refuses("attention", options with { Attention = ["none", "se", "none"] });
        Refuses("attention", options with { Attention = ["none", "sse"] });
        Refuses("seeds", options with { Seeds = 0 });
        Refuses("start", options with { Starts = ["random", "a.pth"], Training = Recipe with { Weights = "b.pth" } });
        Refuses("model", options with { Training = Recipe with { Attention = "se" } });
        Refuses("attention-option", options with { Training = Recipe with { AttentionOptions = new Dictionary<string, string> { ["heads"] = "2" } } });
        Refuses("budget", options with { Budget = TimeSpan.FromMilliseconds(1) });
        Refuses("epochs", options with { Training = Recipe with { Epochs = 0 } });
        Assert.Throws<DataException>(() => ModelComparison.Run(options with { Training = Recipe with { Data = _folder.File("nowhere") } }));
        Assert.Throws<DataFormatException>(() => ModelComparison.Run(new ComparisonOptions { Resume = _folder.File("pictures") }));
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => ModelComparison.Run(options, new Listener(e => Cancel(stop, e is ComparisonProgress)), stop.Token));
        Assert.False(Directory.Exists(_folder.File("compare/bad")));
    }

    [Fact]
    public void Options_of_a_mechanism_go_to_those_that_have_them()
    {
        IReadOnlyList<Candidate> candidates = CandidateList.Of(
            Options("x") with { Training = Recipe with { AttentionOptions = new Dictionary<string, string> { ["reduction"] = "4" }, AttentionAt = "stages" } }, TestContext.Current.CancellationToken);
        Assert.Equal([0, 1, 0], candidates.Select(c => c.Options.AttentionOptions.Count));
        Assert.Equal([null, "stages", "stages"], candidates.Select(c => c.Options.AttentionAt));
    }

    private TrainOptions Recipe => TinyRun.Options with
    {
        Data = _folder.File("pictures"),
        Validation = _folder.File("val"),
        Model = "resnet8",
        ImageSize = 16,
        Workers = 1,
        Epochs = 2,

        // Slow enough that some images are still missed.
        LearningRate = 0.004,
    };

    private ComparisonOptions Options(string name) => new()
    {
        Training = Recipe,
        Attention = ["none", "se", "simam"],
        Seeds = 2,
        Output = _folder.File("compare"),
        Name = name,
    };

    private static void Refuses(string subject, ComparisonOptions options) => Assert.Equal(subject, Assert.Throws<OptionException>(() => ModelComparison.Run(options)).Subject);

    private static void Cancel(CancellationTokenSource source, bool isTime)
    {
        if (isTime)
        {
            source.Cancel();
        }
    }

    private static void Write(string path, TinyRun.Blobs images)
    {
        for (int i = 0; i < images.Count; i++)
        {
            string file = Path.Combine(path, images.Name(i));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            PngEncoder.Save(file, images.Get(i).Image);
        }
    }
}
