namespace Fovea.Training.Tests;

[Collection("engine")]
public class TrainerTests
{
    [Fact]
    public void Learns_what_can_be_learned()
    {
        TrainingInputs inputs = TinyRun.Inputs();
        var events = new List<TrainingEvent>();
        using var trainer = new Trainer(inputs, TinyRun.Options with { Epochs = 6 });
        TrainResult result = trainer.Run(new Listener(events.Add));
        Assert.Equal(1, result.ValTop1);
        Assert.Equal((6, 6), (result.Epochs, result.History.Count));
        Assert.True(result.History[^1].TrainLoss < result.History[0].TrainLoss / 2);
        Assert.Equal(result.Validation!.Top1, result.ValTop1);
        Assert.IsType<RunStarted>(events[0]);
        Assert.Equal(6, events.OfType<EpochDone>().Count());
        Assert.Equal(36, events.OfType<BatchDone>().Count());
        Assert.Equal(6, events.OfType<BatchDone>().Max(b => b.Batch));
    }

    [Fact]
    public void Early_stopping_waits_as_long_as_the_patience_says()
    {
        // A rate too small to change anything: the first epoch stays the best but for the loss, which noise in the norms moves.
        TrainingInputs inputs = TinyRun.Inputs();
        using var trainer = new Trainer(inputs, TinyRun.Options with { Epochs = 40, LearningRate = 1e-12, Patience = 3, Schedule = ScheduleKind.Constant });
        TrainResult result = trainer.Run();
        Assert.Equal(TrainOutcome.StoppedEarly, result.Outcome);
        Assert.Equal(result.BestEpoch + 3, result.Epochs);
        Assert.Null(result.ResumeCommand);
    }

    [Fact]
    public void Only_every_so_many_epochs_and_the_last_are_validated_and_can_be_the_best()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, "run");
        var events = new List<EpochDone>();
        using var trainer = new Trainer(TinyRun.Inputs(), TinyRun.Options with { Epochs = 5, ValEvery = 2 }, run);
        TrainResult result = trainer.Run(new Listener(e => events.AddRange(e is EpochDone done ? [done] : [])), TestContext.Current.CancellationToken);
        Assert.Equal([false, true, false, true, true], result.History.Select(r => r.ValLoss is not null));
        Assert.Equal([false, true, false, true, true], result.History.Select(r => r.Validation["top1"] is not null));
        Assert.Equal(result.History.Select(r => r.Validation["top1"]), events.Select(e => e.Score));
        Assert.Equal(events.Last(e => e.IsBest).Metrics.Epoch, result.BestEpoch);
        Assert.DoesNotContain(events, e => e.IsBest && e.Score is null);
        Assert.Equal(result.History[result.BestEpoch - 1].Validation["top1"], result.ValTop1);
        Assert.Equal(result.History.Max(r => r.Validation["top1"]), result.ValTop1);
        string[] rows = File.ReadAllLines(run.File("metrics.csv"));
        int column = Array.IndexOf(rows[0].Split(','), "val_top1");
        Assert.Equal([true, false, true, false, false], rows[1..].Select(r => r.Split(',')[column].Length == 0));
        Assert.Equal(2, File.ReadAllText(run.File("log.txt")).Split('\n').Count(l => l.Contains("Epoch ", StringComparison.Ordinal) && !l.Contains("validation", StringComparison.Ordinal)));
        Assert.True(File.Exists(result.Report));
    }

    [Fact]
    public void Validating_seldom_changes_no_weight()
    {
        TrainingInputs often = TinyRun.Inputs(), seldom = TinyRun.Inputs();
        using (var trainer = new Trainer(often, TinyRun.Options))
        {
            trainer.Run(cancellation: TestContext.Current.CancellationToken);
        }

        using (var trainer = new Trainer(seldom, TinyRun.Options with { ValEvery = 100 }))
        {
            Assert.Equal(3, trainer.Run(cancellation: TestContext.Current.CancellationToken).BestEpoch);
        }

        TinyRun.AssertSame(TinyRun.Weights(often.Model), TinyRun.Weights(seldom.Model));
    }

    [Fact]
    public void Patience_is_asked_after_epochs_that_were_validated()
    {
        using var trainer = new Trainer(TinyRun.Inputs(), TinyRun.Options with { Epochs = 40, LearningRate = 1e-12, Patience = 3, ValEvery = 4, Schedule = ScheduleKind.Constant });
        TrainResult result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(TrainOutcome.StoppedEarly, result.Outcome);
        Assert.Equal((0, 0), (result.BestEpoch % 4, result.Epochs % 4));
        Assert.Equal(result.BestEpoch + 4, result.Epochs);
    }

    [Fact]
    public void The_time_limit_stops_with_a_report_and_the_run_can_go_on()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, "run");
        TrainOptions options = TinyRun.Options with { TimeLimit = TimeSpan.FromMilliseconds(1) };
        using (var trainer = new Trainer(TinyRun.Inputs(), options, run))
        {
            TrainResult stopped = trainer.Run();
            Assert.Equal((TrainOutcome.TimeLimit, 0), (stopped.Outcome, stopped.Epochs));
            Assert.NotNull(stopped.ResumeCommand);
            Assert.NotNull(stopped.Validation);
            Assert.True(File.Exists(stopped.Report));
            Assert.True(File.Exists(run.BestWeights));
        }

        TrainingInputs resumed = TinyRun.Inputs(), through = TinyRun.Inputs();
        using (var trainer = new Trainer(resumed, options with { TimeLimit = null }, run))
        {
            Assert.Equal(TrainOutcome.Completed, trainer.Run().Outcome);
        }

        using var whole = new Trainer(through, TinyRun.Options);
        whole.Run();
        TinyRun.AssertSame(TinyRun.Weights(through.Model), TinyRun.Weights(resumed.Model));
    }

    [Fact]
    public void What_is_frozen_does_not_move()
    {
        TrainingInputs inputs = TinyRun.Inputs();
        Dictionary<string, byte[]> before = TinyRun.Weights(inputs.Model);
        using var trainer = new Trainer(inputs, TinyRun.Options with { Epochs = 1, Freeze = ["conv1", "bn1", "layer1"] });
        trainer.Run();
        Dictionary<string, byte[]> after = TinyRun.Weights(inputs.Model);
        string[] moved = [.. before.Keys.Where(k => !before[k].AsSpan().SequenceEqual(after[k]))];
        Assert.DoesNotContain(moved, n => n.StartsWith("conv1", StringComparison.Ordinal) || n.StartsWith("bn1", StringComparison.Ordinal) || n.StartsWith("layer1", StringComparison.Ordinal));
        Assert.Contains("linear.weight", moved);
        Assert.Contains("layer2.0.bn1.running_mean", moved);
    }

    [Fact]
    public void The_backbone_is_all_but_the_classifier()
    {
        TrainingInputs inputs = TinyRun.Inputs();
        using var trainer = new Trainer(inputs, TinyRun.Options with { Freeze = ["backbone"] });
        Assert.Equal(["linear.weight", "linear.bias"], inputs.Model.NamedParameters().Where(p => p.Value.RequiresGrad).Select(p => p.Name));
        Assert.Throws<OptionException>(() => new Trainer(TinyRun.Inputs(), TinyRun.Options with { Freeze = ["backbone", "linear"] }));
        var error = Assert.Throws<OptionException>(() => new Trainer(TinyRun.Inputs(), TinyRun.Options with { Freeze = ["layer4"] }));
        Assert.Contains("did you mean", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Accumulated_batches_equal_one_large_batch_where_norms_do_not_see_it()
    {
        // Batch norm sees the small batches, so its layers are frozen; then the mean of two gradients is that of the double batch.
        TrainOptions options = TinyRun.Options with { Epochs = 1, Freeze = ["backbone"], Momentum = 0, Schedule = ScheduleKind.Constant, ClipGradient = 0.1 };
        TrainingInputs small = TinyRun.Inputs(batchSize: 4), large = TinyRun.Inputs(batchSize: 8);
        using (var trainer = new Trainer(small, options with { Accumulate = 2 }))
        {
            trainer.Run();
        }

        using (var trainer = new Trainer(large, options))
        {
            trainer.Run();
        }

        float[] one = StateDict.Of(small.Model)["linear.weight"].ToArray<float>(), other = StateDict.Of(large.Model)["linear.weight"].ToArray<float>();
        Assert.All(one.Zip(other), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }

    [Theory]
    [InlineData("epochs")]
    [InlineData("lr")]
    [InlineData("ema")]
    [InlineData("accumulate")]
    [InlineData("fraction")]
    public void An_option_outside_its_range_is_named_by_its_flag(string flag)
    {
        TrainOptions options = flag switch
        {
            "epochs" => TinyRun.Options with { Epochs = 0 },
            "lr" => TinyRun.Options with { LearningRate = double.NaN },
            "ema" => TinyRun.Options with { Ema = 1 },
            "accumulate" => TinyRun.Options with { Accumulate = 0 },
            _ => TinyRun.Options with { Fraction = 1.5 },
        };
        var error = Assert.Throws<OptionException>(() => new Trainer(TinyRun.Inputs(), options));
        Assert.Equal(flag, error.Subject);
    }

    [Fact]
    public void Options_survive_JSON()
    {
        TrainOptions options = TinyRun.Options with
        {
            Attention = "cbam",
            AttentionOptions = new Dictionary<string, string> { ["reduction"] = "8" },
            Schedule = ScheduleKind.OneCycle,
            TimeLimit = TimeSpan.FromMinutes(5),
            Freeze = ["layer1"],
            LearningRate = 0.1,
            Seed = ulong.MaxValue,
        };
        TrainOptions read = TrainOptions.FromJson(options.ToJson());
        Assert.Equal(options.ToJson(), read.ToJson());
        Assert.Equal((0.1, ulong.MaxValue), (read.LearningRate, read.Seed));
        Assert.Equal(new TrainOptions().ToJson(), TrainOptions.FromJson("{}").ToJson());
        Assert.Throws<DataFormatException>(() => TrainOptions.FromJson("{\"learningrat\": 1}"));
        Assert.Throws<DataFormatException>(() => TrainOptions.FromJson("{"));
    }
}
