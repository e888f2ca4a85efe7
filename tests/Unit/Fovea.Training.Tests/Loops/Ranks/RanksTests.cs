using Fovea.Distributed;
using Fovea.Layers;
using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

/// <summary>Runs that several processes share, with ranks that are threads: the bits are those of one.</summary>
[Collection("engine")]
public sealed class RanksTests
{
    private static readonly string[] s_recipes = ["sgd", "adamw", "ema", "mix", "dropout", "thaw", "val-every", "unused"];

    public static TheoryData<string, int, int> Runs
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (string recipe in s_recipes)
            {
                data.Add(recipe, 2, 4);
            }

            // Steps whose batches are no power of two, ranks without a batch at an epoch's end, a rank for each batch.
            data.Add("ema", 4, 4);
            data.Add("sgd", 2, 3);
            data.Add("adamw", 2, 5);
            data.Add("sgd", 4, 6);
            data.Add("dropout", 8, 8);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Any_number_of_ranks_gives_the_bits_of_one_process(string recipe, int ranks, int accumulate)
    {
        TrainOptions options = Recipe(recipe) with { Accumulate = accumulate };
        Outcome alone = Train(options, ProcessGroup.Single, recipe);
        Outcome[] together = RankThreads.Run(ranks, group => Train(options, group, recipe));
        foreach (Outcome rank in together)
        {
            TinyRun.AssertSame(alone.Weights, rank.Weights);
            Assert.Equal(alone.Result.History.Select(Comparable), rank.Result.History.Select(Comparable));
        }

        Assert.Equal(alone.Result.ValTop1, together[0].Result.ValTop1);
        Assert.Equal(alone.Result.Validation!.Top1Correct, together[0].Result.Validation!.Top1Correct);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    public void A_run_stopped_on_some_ranks_goes_on_on_others_with_the_same_bits(int before, int after)
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = Recipe("dropout") with { Accumulate = 2, BatchSize = 2, Ema = 0.9 };
        RunFolder whole = RunFolder.Create(folder.Path, "whole");
        Outcome alone = Train(options, ProcessGroup.Single, "dropout", whole);
        RunFolder run = RunFolder.Create(folder.Path, "moved");
        options = options with { Accumulate = 4 };
        Outcome through = Train(options, ProcessGroup.Single, "dropout", RunFolder.Create(folder.Path, "through"));
        Outcome[] stopped = On(before, group => Train(options, group, "dropout", run, stopAt: 8));
        Assert.All(stopped, o => Assert.Equal(TrainOutcome.Interrupted, o.Result.Outcome));
        Outcome[] resumed = On(after, group => Train(options, group, "dropout", run));
        Assert.All(resumed, o => TinyRun.AssertSame(through.Weights, o.Weights));
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder.Path, "through", "best.safetensors")), File.ReadAllBytes(run.BestWeights));

        // And the number of batches in a step does matter, or the test would show nothing.
        Assert.Contains(alone.Weights, t => !t.Value.AsSpan().SequenceEqual(through.Weights[t.Key]));
    }

    [Fact]
    public void A_loss_that_is_not_finite_on_one_rank_takes_all_back_to_the_last_checkpoint()
    {
        TrainOptions options = Recipe("sgd") with { Accumulate = 2 };
        Outcome alone = Train(options, ProcessGroup.Single, "nan");
        Outcome[] together = RankThreads.Run(2, group => Train(options, group, "nan"));
        Assert.All(together, o => TinyRun.AssertSame(alone.Weights, o.Weights));
        Assert.All(together.Append(alone), o => Assert.Contains(o.Events.OfType<TrainingWarning>(), w => w.Message.Contains("the loss is NaN", StringComparison.Ordinal)));
        string[] Warnings(Outcome o) => [.. o.Events.OfType<TrainingWarning>().Select(w => w.Message)];
        Assert.All(together, o => Assert.Equal(Warnings(alone), Warnings(o)));
    }

    [Fact]
    public void When_a_rank_fails_the_others_end_and_the_run_goes_on_from_the_last_checkpoint()
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = Recipe("ema") with { Accumulate = 2, CheckpointSeconds = 0.001 };
        Outcome alone = Train(options, ProcessGroup.Single, "fails");
        RunFolder run = RunFolder.Create(folder.Path, "run");
        var lost = new RankLostException?[2];
        Assert.Throws<TimeoutException>(() => RankThreads.Run(2, group =>
        {
            try
            {
                return Train(options, group, "fails", run, failAt: group.IsRoot ? -1 : 4);
            }
            catch (RankLostException e)
            {
                lost[group.Rank] = e;
                throw;
            }
        }));
        Assert.Equal(1, lost[0]!.Rank);
        Assert.Contains("Failed:", File.ReadAllText(run.File("log.txt")), StringComparison.Ordinal);
        TinyRun.AssertSame(alone.Weights, Train(options, ProcessGroup.Single, "fails", run).Weights);
    }

    [Theory]
    [InlineData(3, 4, "a power of two")]
    [InlineData(4, 2, "--accumulate 4")]
    public void So_many_ranks_are_refused(int ranks, int accumulate, string expected)
    {
        OptionException error = Assert.Throws<OptionException>(() => RankThreads.Run(ranks, group => Train(Recipe("sgd") with { Accumulate = accumulate }, group, "sgd")));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranks_that_would_not_do_the_same_are_refused()
    {
        OptionException options = Assert.Throws<OptionException>(() => RankThreads.Run(2, group => Train(
            Recipe("sgd") with { Accumulate = 2, LearningRate = group.IsRoot ? 0.05 : 0.04 }, group, "sgd")));
        Assert.Contains("rank 1 on thread-1 has not what rank 0 on thread-0 has: the options", options.Message, StringComparison.Ordinal);
        OptionException data = Assert.Throws<OptionException>(() => RankThreads.Run(2, group =>
        {
            TrainingInputs inputs = TinyRun.Inputs() with { Group = group };
            TrainingInputs other = inputs with { Train = new DataLoader(new TinyRun.Blobs(27, 1), inputs.Train.Pipeline, inputs.Train.Options) };
            using var trainer = new Trainer(group.IsRoot ? inputs : other, Recipe("sgd") with { Accumulate = 2 });
            return trainer.Run();
        }));
        Assert.Contains("the training images", data.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_went_apart_are_found_before_they_are_saved()
    {
        FoveaException error = Assert.Throws<FoveaException>(() => RankThreads.Run(2, group =>
        {
            using TensorScope scope = TensorScope.Begin();
            var tensors = new Dictionary<string, Tensor> { ["weight"] = Tensor.From([1f, group.IsRoot ? 2f : BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(2f) + 1)]) };
            RankCheck.SameWeights(group, tensors);
            return 0;
        }));
        Assert.Contains("The weights of rank 1 on thread-1 are no longer those of rank 0", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.4, null)]
    [InlineData(2, "The ranks wait for rank 2 on thread-2: its steps take 0.200 s, 2.0 times as long as those of the others.")]
    public void A_rank_that_is_slow_in_step_after_step_is_named(double times, string? expected)
    {
        string?[] told = RankThreads.Run(4, group =>
        {
            var speeds = new RankSpeeds(group);
            string? first = null;
            for (int step = 0; step < 120; step++)
            {
                first ??= speeds.Add([.. Enumerable.Range(0, 4).Select(rank => new RankNote(false, false, false, rank == 2 ? 0.1 * times : 0.1))]);
            }

            return first;
        });
        Assert.All(told, t => Assert.Equal(expected, t));
    }

    private static T[] On<T>(int ranks, Func<ProcessGroup, T> work) => ranks == 1 ? [work(ProcessGroup.Single)] : RankThreads.Run(ranks, work);

    private static TrainOptions Recipe(string name) => name switch
    {
        "adamw" => TinyRun.Options with { Optimizer = OptimizerKind.AdamW, LearningRate = 1e-3, Schedule = ScheduleKind.Cosine, WarmupEpochs = 1 },
        "ema" => TinyRun.Options with { Ema = 0.9, ClipGradient = 0.5, LabelSmoothing = 0.1 },
        "mix" => TinyRun.Options with { Mixup = 0.4, CutMix = 1 },
        "val-every" => TinyRun.Options with { ValEvery = 2 },
        "thaw" => TinyRun.Options with { Freeze = ["backbone@1", "layer1@2"], Optimizer = OptimizerKind.AdamW, LearningRate = 1e-3 },
        _ => TinyRun.Options,
    };

    private static Outcome Train(TrainOptions options, ProcessGroup group, string recipe, RunFolder? run = null, int stopAt = -1, int failAt = -1)
    {
        using var stopping = new CancellationTokenSource();
        TrainingInputs inputs = TinyRun.Inputs(batchSize: options.BatchSize!.Value, wrap: model => Wrap(model, recipe, failAt)) with { Group = group };
        var events = new List<TrainingEvent>();
        var listener = new Listener(e =>
        {
            events.Add(e);
            if (e is BatchDone { Epoch: 2 } batch && batch.Batch == stopAt)
            {
                stopping.Cancel();
            }
        });
        using var trainer = new Trainer(inputs, options, group.IsRoot ? run : null);
        TrainResult result = trainer.Run(listener, stopping.Token);
        return new Outcome(TinyRun.Weights(inputs.Model), result, events);
    }

    private static Module Wrap(Module model, string recipe, int failAt)
    {
        switch (recipe)
        {
            case "dropout":
                StochasticDepth.Add(model, 0.3);
                return model;
            case "unused":
                return new WithUnused(model);
            case "nan":
                return new NanOnce(model);
            case "fails":
                return new FailsAt(model, failAt);
            default:
                return model;
        }
    }

    private static EpochMetrics Comparable(EpochMetrics row) => row with { Seconds = 0, ImagesPerSecond = 0 };

    private sealed record Outcome(Dictionary<string, byte[]> Weights, TrainResult Result, List<TrainingEvent> Events);

    // A parameter that no batch gives a gradient, and one that some give one.
    private sealed class WithUnused : Module
    {
        private readonly Module _model;
        private readonly Tensor _sometimes;

        public WithUnused(Module model)
        {
            _model = Register("model", model);
            _ = RegisterParameter("unused", Tensor.Ones([3]));
            _sometimes = RegisterParameter("sometimes", Tensor.Ones([3]));
        }

        protected override Tensor Forward(Tensor x)
        {
            Tensor y = _model.Call(x);

            // What the batch holds decides, so that every number of ranks does the same.
            return BitConverter.SingleToInt32Bits(x.AsSpan<float>()[0]) % 2 == 0 ? y * _sometimes : y;
        }
    }

    // Gives no numbers for the second batch of a run, the first time that it comes.
    private sealed class NanOnce : Module
    {
        private static readonly float[] s_none = [float.NaN];
        private readonly Module _model;
        private readonly uint _batch;
        private bool _isDone;

        public NanOnce(Module model)
        {
            _model = Register("model", model);
            using Batch batch = TinyRun.Inputs().Train.ReadBatches(0, [1]).Single();
            _batch = Crc32C.Of(batch.Images.AsBytes());
        }

        protected override Tensor Forward(Tensor x)
        {
            Tensor y = _model.Call(x);
            if (_isDone || Crc32C.Of(x.AsBytes()) != _batch)
            {
                return y;
            }

            _isDone = true;
            return y * Tensor.From(s_none);
        }
    }

    private sealed class FailsAt : Module
    {
        private readonly Module _model;
        private readonly int _at;
        private int _seen;

        public FailsAt(Module model, int at)
        {
            _model = Register("model", model);
            _at = at;
        }

        protected override Tensor Forward(Tensor x) => IsTraining && ++_seen == _at ? throw new TimeoutException("the test's") : _model.Call(x);
    }
}
