using Fovea.Simd.Drivers;

namespace Fovea.Training.Tests;

[Collection("engine")]
public class ResumeTests
{
    public static TheoryData<string> Recipes => ["sgd", "adamw", "ema", "accumulate", "mix", "step", "val-every", "thaw"];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Stopping_anywhere_and_resuming_changes_no_bit(string recipe)
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = Recipe(recipe);
        (Dictionary<string, byte[]> through, TrainResult whole) = Train(RunFolder.Create(folder.Path, "whole"), options, []);

        // 6 batches an epoch: in the middle of the first epoch, at its end, in the middle of the second and in its validation.
        RunFolder run = RunFolder.Create(folder.Path, "stopped");
        Dictionary<string, byte[]> weights = [];
        TrainResult? result = null;
        foreach (string stop in new[] { "1:2", "1:6", "2:4", "2:val", "" })
        {
            (weights, result) = Train(run, options, stop);
            Assert.Equal(stop.Length == 0 ? TrainOutcome.Completed : TrainOutcome.Interrupted, result.Outcome);
            Assert.Equal(stop.Length > 0, File.Exists(run.Checkpoints.InterruptPath));
        }

        TinyRun.AssertSame(through, weights);
        Assert.Equal(whole.History.Select(Comparable), result!.History.Select(Comparable));
        Assert.Equal(whole.ValTop1, result.ValTop1);
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole.Run, "best.safetensors")), File.ReadAllBytes(run.BestWeights));
        AssertSameTensors(Path.Combine(whole.Run, "checkpoints", "last.ckpt"), run.Checkpoints.LastPath);
    }

    [Fact]
    public void One_thread_and_many_and_any_number_of_workers_give_the_same_bits()
    {
        int before = ParallelPool.Threads;
        try
        {
            Dictionary<string, byte[]>? first = null;
            foreach ((int threads, int workers) in new[] { (1, 0), (2, 1), (3, 3) })
            {
                ParallelPool.Threads = threads;
                TrainingInputs inputs = TinyRun.Inputs(workers: workers);
                using var trainer = new Trainer(inputs, TinyRun.Options);
                trainer.Run(cancellation: TestContext.Current.CancellationToken);
                Dictionary<string, byte[]> weights = TinyRun.Weights(inputs.Model);
                TinyRun.AssertSame(first ??= weights, weights);
            }
        }
        finally
        {
            ParallelPool.Threads = before;
        }
    }

    [Fact]
    public void Metrics_are_cut_back_to_the_checkpoint()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, "run");
        Train(run, TinyRun.Options, "3:2");
        string csv = run.File("metrics.csv");
        string[] rows = File.ReadAllLines(csv);
        Assert.Equal(3, rows.Length);
        File.AppendAllText(csv, "3,18,0.5,0.");
        Train(run, TinyRun.Options, "");
        string[] after = File.ReadAllLines(csv);
        Assert.Equal(4, after.Length);
        Assert.Equal(rows, after[..3]);
        Assert.All(after, row => Assert.Equal(12, row.Split(',').Length));
        Assert.Equal(3, File.ReadAllLines(run.File("metrics.jsonl")).Length);
    }

    [Fact]
    public void A_finished_run_is_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, "run");
        (Dictionary<string, byte[]> weights, TrainResult first) = Train(run, TinyRun.Options, "");
        (Dictionary<string, byte[]> again, TrainResult second) = Train(run, TinyRun.Options, "");
        TinyRun.AssertSame(weights, again);
        Assert.Equal(TrainOutcome.Completed, second.Outcome);
        Assert.Equal(first.ValTop1, second.ValTop1);
        Assert.Equal(first.Validation!.Top1Correct, second.Validation!.Top1Correct);
        Assert.Null(second.ResumeCommand);
    }

    [Fact]
    public void A_checkpoint_of_another_model_is_refused()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, "run");
        Train(run, TinyRun.Options, "1:2");
        TrainingInputs other = TinyRun.Inputs();
        var bigger = other.Description with { Model = "resnet14" };
        using var trainer = new Trainer(other with { Model = bigger.Build(), Description = bigger }, TinyRun.Options, run);
        var error = Assert.Throws<CheckpointException>(() => trainer.Run());
        Assert.Contains("does not fit the run", error.Message, StringComparison.Ordinal);
    }

    private static TrainOptions Recipe(string name) => name switch
    {
        "adamw" => TinyRun.Options with { Optimizer = OptimizerKind.AdamW, LearningRate = 1e-3, Schedule = ScheduleKind.Cosine, WarmupEpochs = 1 },
        "ema" => TinyRun.Options with { Ema = 0.9, ClipGradient = 0.5, LabelSmoothing = 0.1 },
        "accumulate" => TinyRun.Options with { Accumulate = 2, Optimizer = OptimizerKind.Adam, LearningRate = 1e-3 },
        "mix" => TinyRun.Options with { Mixup = 0.4, CutMix = 1 },
        "val-every" => TinyRun.Options with { ValEvery = 2 },
        "thaw" => TinyRun.Options with { Freeze = ["backbone@1", "layer1@2"], LayerDecay = 0.8, Optimizer = OptimizerKind.AdamW, LearningRate = 1e-3 },
        "step" => TinyRun.Options with { Schedule = ScheduleKind.Step, DecayAll = false, Nesterov = false },
        _ => TinyRun.Options,
    };

    private static (Dictionary<string, byte[]> Weights, TrainResult Result) Train(RunFolder run, TrainOptions options, string stop) =>
        Train(run, options, stop.Length == 0 ? [] : [stop]);

    private static (Dictionary<string, byte[]> Weights, TrainResult Result) Train(RunFolder run, TrainOptions options, string[] stops)
    {
        using var stopping = new CancellationTokenSource();
        TrainingInputs inputs = TinyRun.Inputs();
        int epoch = 0;
        var listener = new Listener(e =>
        {
            string at = e switch
            {
                BatchDone b => $"{epoch = b.Epoch}:{b.Batch}",
                EvaluationProgress => $"{epoch}:val",
                _ => string.Empty,
            };
            if (stops.Contains(at))
            {
                stopping.Cancel();
            }
        });
        using var trainer = new Trainer(inputs, options, run);
        TrainResult result = trainer.Run(listener, stopping.Token);
        return (TinyRun.Weights(inputs.Model), result);
    }

    private static EpochMetrics Comparable(EpochMetrics row) => row with { Seconds = 0, ImagesPerSecond = 0 };

    private static void AssertSameTensors(string expected, string actual)
    {
        using TensorScope scope = TensorScope.Begin();
        IReadOnlyDictionary<string, Tensor> one = Checkpoint.Read(expected).Tensors, other = Checkpoint.Read(actual).Tensors;
        Assert.Equal(one.Keys, other.Keys);
        Assert.All(one, t => Assert.True(t.Value.AsBytes().SequenceEqual(other[t.Key].AsBytes()), t.Key));
    }
}
