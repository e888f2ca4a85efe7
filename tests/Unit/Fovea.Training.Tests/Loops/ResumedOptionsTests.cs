using System.Text.Json.Nodes;

namespace Fovea.Training.Tests;

[Collection("engine")]
public class ResumedOptionsTests
{
    [Fact]
    public void A_resumed_run_keeps_every_option_unless_it_is_given_anew()
    {
        using var folder = new PictureFolder();
        string run = Trainer.Train(folder.Options with { Epochs = 1, Workers = 1, Threads = 1, CheckpointSeconds = 7, Patience = 9, MemoryLimit = 1L << 40 }).Run;
        Trainer.Train(new TrainOptions { Resume = run });
        JsonNode config = JsonNode.Parse(File.ReadAllText(Path.Combine(run, "config.json")))!;
        Assert.Equal((1, 1, 7, 9, 1L << 40), ((int)config["workers"]!, (int)config["threads"]!, (double)config["checkpointSeconds"]!, (int)config["patience"]!, (long)config["memoryLimit"]!));
        Trainer.Train(new TrainOptions { Resume = run, Workers = 0, CheckpointSeconds = 8 });
        config = JsonNode.Parse(File.ReadAllText(Path.Combine(run, "config.json")))!;
        Assert.Equal((0, 1, 8), ((int)config["workers"]!, (int)config["threads"]!, (double)config["checkpointSeconds"]!));
    }

    // The learning rate is a function of the step and of the epochs in all: an extended run follows the longer schedule from where it is.
    [Theory]
    [InlineData(ScheduleKind.Constant)]
    [InlineData(ScheduleKind.Step)]
    [InlineData(ScheduleKind.Cosine)]
    [InlineData(ScheduleKind.OneCycle)]
    public void A_finished_run_goes_on_along_the_schedule_of_more_epochs(ScheduleKind schedule)
    {
        using var folder = new PictureFolder();
        TrainOptions options = folder.Options with { Schedule = schedule };
        TrainResult longer = Trainer.Train(options with { Name = "longer", Epochs = 4 });
        TrainResult shorter = Trainer.Train(options with { Epochs = 2 });
        var warnings = new List<string>();
        TrainResult extended = Trainer.Train(
            new TrainOptions { Resume = shorter.Run, Epochs = 4 }, new Listener(e => warnings.AddRange(e is TrainingWarning w ? [w.Message] : [])));
        Assert.Equal((TrainOutcome.Completed, 4, 4), (extended.Outcome, extended.Epochs, extended.History.Count));
        Assert.Equal(longer.History.Skip(2).Select(m => m.LearningRate), extended.History.Skip(2).Select(m => m.LearningRate));
        Assert.Equal(shorter.History.Select(m => m.LearningRate), extended.History.Take(2).Select(m => m.LearningRate));
        Assert.Equal(schedule != ScheduleKind.Constant, warnings.Any(w => w.StartsWith("4 epochs instead of 2", StringComparison.Ordinal)));
        if (schedule == ScheduleKind.Constant)
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(longer.Run, "best.safetensors")), File.ReadAllBytes(Path.Combine(extended.Run, "best.safetensors")));
        }
    }

    [Fact]
    public void Fewer_epochs_than_are_done_are_refused_and_the_run_stays_complete()
    {
        using var folder = new PictureFolder();
        string run = Trainer.Train(folder.Options with { Epochs = 2 }).Run;
        string error = Assert.Throws<OptionException>(() => Trainer.Train(new TrainOptions { Resume = run, Epochs = 1 })).Message;
        Assert.Contains("the run has done 2; expected at least as many, got 1", error, StringComparison.Ordinal);
        Assert.Equal("completed", (string)JsonNode.Parse(File.ReadAllText(Path.Combine(run, "status.json")))!["state"]!);
    }

    [Fact]
    public void A_last_batch_of_one_ends_no_run()
    {
        using var folder = new PictureFolder(22);
        TrainResult result = Trainer.Train(folder.Options with { Epochs = 1, Attention = "bam", BatchSize = 6, Mixup = 0.2, Accumulate = 2 });
        Assert.Equal(TrainOutcome.Completed, result.Outcome);
        Assert.Equal(19, folder.Part("train").Length);
        // Batches of 6, 6 and 7, two to a step.
        Assert.Equal(2, result.History[0].Step);
    }

    [Fact]
    public void A_run_that_fails_at_its_start_leaves_no_folder()
    {
        using var folder = new PictureFolder();
        TrainOptions options = folder.Options;
        Assert.Throws<OptionException>(() => Trainer.Train(options with { Freeze = ["layer9"] }));
        Assert.Throws<ShapeException>(() => Trainer.Train(options with { BatchSize = 1, Attention = "bam" }));
        Assert.False(Directory.Exists(folder.File("runs/run")));

        // Of what is there, nothing is removed.
        Trainer.Train(options with { Epochs = 1 });
        Assert.Throws<OptionException>(() => Trainer.Train(options with { ExistOk = true, Freeze = ["layer9"] }));
        Assert.True(File.Exists(folder.File("runs/run/best.safetensors")));
    }

    [Fact]
    public void A_frozen_run_says_how_many_parameters_there_are_in_all()
    {
        using var folder = new PictureFolder();
        RunStarted? started = null;
        Trainer.Train(folder.Options with { Epochs = 1, Freeze = ["backbone"] }, new Listener(e => started = e as RunStarted ?? started));
        Assert.Equal(195, started!.Parameters);
        Assert.InRange(started.TotalParameters, 70_000, 90_000);
    }
}
