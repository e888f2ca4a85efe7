using System.Text.Json.Nodes;

namespace Fovea.Training.Tests;

[Collection("engine")]
public class CrossValidationTests
{
    [Fact]
    public void Every_fold_is_held_out_once_and_the_page_says_what_they_come_to()
    {
        using var folder = new PictureFolder();
        CrossValidationResult result = CrossValidation.Run(folder.Options with { Folds = 3, AllFolds = true, Epochs = 1 });
        Assert.Equal((3, TrainOutcome.Completed, (string?)null), (result.Folds, result.Outcome, result.ResumeCommand));
        Assert.Equal([1, 2, 3], result.Done.Select(f => f.Fold));
        Assert.Equal(24, result.Done.Sum(f => f.Images));
        Assert.Equal(["folds.json", "predictions.csv", "report.html"], Directory.GetFiles(result.Folder).Select(Path.GetFileName).Order());

        // Each picture is judged once, by the run that it was held out of.
        string[][] rows = [.. File.ReadAllLines(Path.Combine(result.Folder, "predictions.csv")).Skip(1).Select(l => l.Split(','))];
        Assert.Equal(24, rows.Length);
        Assert.Equal(24, rows.Select(r => r[1]).Distinct().Count());
        Assert.All(result.Done, f => Assert.Equal(f.Images, rows.Count(r => r[0] == $"{f.Fold}")));
        Assert.StartsWith("fold,", File.ReadLines(Path.Combine(result.Folder, "predictions.csv")).First(), StringComparison.Ordinal);

        TaskMetric top1 = result.Task.Score;
        double[] scores = [.. result.Done.Select(f => f.Metrics["top1"]!.Value)];
        double mean = scores.Average();
        Assert.Equal(mean, result.Mean(top1)!.Value, 1e-12);
        Assert.Equal(Math.Sqrt(scores.Sum(s => (s - mean) * (s - mean)) / 2), result.Deviation(top1)!.Value, 1e-12);
        JsonNode json = JsonNode.Parse(result.ToJson())!;
        Assert.Equal((3, mean), ((int)json["folds"]!, (double)json["mean"]!["top1"]!));
        Assert.Contains("deviation", File.ReadAllText(result.Report!), StringComparison.Ordinal);

        // A fold is the run that it would be by itself.
        TrainResult alone = Trainer.Train(folder.Options with { Folds = 3, Fold = 2, Epochs = 1, Name = "alone" });
        Assert.Equal(File.ReadAllBytes(Path.Combine(alone.Run, "best.safetensors")), File.ReadAllBytes(Path.Combine(result.Folder, "fold-2", "best.safetensors")));
    }

    [Fact]
    public void A_cross_validation_that_was_stopped_goes_on_where_it_was()
    {
        using var folder = new PictureFolder();
        TrainOptions options = folder.Options with { Folds = 2, AllFolds = true, Epochs = 2 };
        CrossValidationResult through = CrossValidation.Run(options);
        using var stopping = new CancellationTokenSource();
        int runs = 0;
        CrossValidationResult stopped = CrossValidation.Run(options with { Name = "stopped" }, new Listener(e =>
        {
            runs += e is RunStarted ? 1 : 0;
            if (runs == 2 && e is BatchDone { Epoch: 2, Batch: 1 })
            {
                stopping.Cancel();
            }
        }), stopping.Token);
        Assert.Equal((TrainOutcome.Interrupted, 1), (stopped.Outcome, stopped.Done.Count));
        Assert.Null(stopped.Report);
        Assert.Contains("--resume", stopped.ResumeCommand, StringComparison.Ordinal);

        var resume = new TrainOptions { Resume = stopped.Folder };
        Assert.True(CrossValidation.IsAsked(resume));
        CrossValidationResult whole = CrossValidation.Run(resume);
        Assert.Equal(TrainOutcome.Completed, whole.Outcome);
        Assert.Equal(through.Done.Select(f => f.Metrics["top1"]), whole.Done.Select(f => f.Metrics["top1"]));
        foreach (string run in new[] { "fold-1", "fold-2" })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(through.Folder, run, "best.safetensors")), File.ReadAllBytes(Path.Combine(whole.Folder, run, "best.safetensors")));
        }

        // Once more there is nothing to do.
        Assert.Equal(whole.Done.Select(f => f.Seconds), CrossValidation.Run(resume).Done.Select(f => f.Seconds));
    }

    [Fact]
    public void All_folds_need_their_number_and_a_run_is_of_one()
    {
        using var folder = new PictureFolder();
        Assert.Contains("--folds N", Assert.Throws<OptionException>(() => CrossValidation.Run(folder.Options with { AllFolds = true })).Message, StringComparison.Ordinal);
        Assert.Throws<OptionException>(() => Trainer.Train(folder.Options with { Folds = 2, AllFolds = true }));
        Assert.False(Directory.Exists(folder.File("runs")));
    }
}
