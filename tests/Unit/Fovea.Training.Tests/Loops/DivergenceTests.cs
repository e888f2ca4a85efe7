namespace Fovea.Training.Tests;

[Collection("engine")]
public class DivergenceTests
{
    [Fact]
    public void A_loss_that_is_not_a_number_is_not_stepped_and_the_last_good_state_comes_back_with_half_the_rate()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, "run");

        // 6 batches an epoch: the 9th is the third of the second epoch; the good state before it is the end of the first epoch.
        var faults = new HashSet<int> { 9 };
        TrainingInputs inputs = TinyRun.Inputs(wrap: m => new Faulty(m, faults));
        var warnings = new List<string>();
        var steps = new List<(int Epoch, int Batch, double Rate)>();
        using var trainer = new Trainer(inputs, TinyRun.Options with { Schedule = ScheduleKind.Constant }, run);
        TrainResult result = trainer.Run(new Listener(e =>
        {
            switch (e)
            {
                case TrainingWarning w:
                    warnings.Add(w.Message);
                    break;
                case BatchDone b:
                    steps.Add((b.Epoch, b.Batch, b.LearningRate));
                    break;
            }
        }));
        Assert.Equal(TrainOutcome.Completed, result.Outcome);
        Assert.Equal(2, warnings.Count);
        Assert.StartsWith("Epoch 2, batch 3: the loss is NaN; the step was not taken. The images of the step: ", warnings[0], StringComparison.Ordinal);
        Assert.Equal(4, warnings[0].Split(".png").Length - 1);
        Assert.StartsWith("Restored the state of epoch 2, batch 0, with 0.5 of the learning rate (1 of 3 times).", warnings[1], StringComparison.Ordinal);
        Assert.Contains(warnings[0], File.ReadAllText(run.File("log.txt")), StringComparison.Ordinal);

        // Two batches of the second epoch were done, and are done again at half the rate.
        Assert.Equal([(2, 1, 0.05), (2, 2, 0.05), (2, 1, 0.025)], steps.Skip(6).Take(3));
        Assert.All(steps.Skip(8), s => Assert.Equal(0.025, s.Rate));
        Assert.Equal(18, result.History[^1].Step);
    }

    [Fact]
    public void The_fourth_time_in_a_row_the_run_ends()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, "run");
        TrainingInputs inputs = TinyRun.Inputs(wrap: m => new Faulty(m, Enumerable.Range(8, 1000).ToHashSet()));
        int warnings = 0;
        using (var trainer = new Trainer(inputs, TinyRun.Options, run))
        {
            var error = Assert.Throws<DivergedException>(() => trainer.Run(new Listener(e => warnings += e is TrainingWarning ? 1 : 0)));
            Assert.Contains("0.125 of the learning rate", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(4 + 3, warnings);
        Assert.Contains("\"diverged\"", File.ReadAllText(run.File("status.json")), StringComparison.Ordinal);

        // What lies on the disk is the last good state.
        using TensorScope scope = TensorScope.Begin();
        Assert.All(Checkpoint.Read(run.Checkpoints.LastPath).Tensors.Values.Where(t => t.DType == DType.Float32),
            t => Assert.DoesNotContain(t.ToArray<float>(), v => !float.IsFinite(v)));
    }

    [Fact]
    public void Without_a_run_folder_the_state_comes_back_from_memory()
    {
        TrainingInputs inputs = TinyRun.Inputs(wrap: m => new Faulty(m, [9]));
        using var trainer = new Trainer(inputs, TinyRun.Options);
        TrainResult result = trainer.Run();
        Assert.Equal((TrainOutcome.Completed, 18L), (result.Outcome, result.History[^1].Step));
    }

    [Fact]
    public void A_learning_rate_that_blows_the_weights_up_leaves_no_checkpoint_that_is_not_finite()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, "run");
        TrainingInputs inputs = TinyRun.Inputs();
        using var trainer = new Trainer(inputs, TinyRun.Options with { LearningRate = 1e30, Schedule = ScheduleKind.Constant }, run);
        Assert.Throws<DivergedException>(() => trainer.Run());
        using TensorScope scope = TensorScope.Begin();
        Assert.All(Checkpoint.Read(run.Checkpoints.LastPath).Tensors.Values.Where(t => t.DType == DType.Float32),
            t => Assert.DoesNotContain(t.ToArray<float>(), v => !float.IsFinite(v)));
    }

    /// <summary>A model whose outputs are not numbers at the given training calls, counted from 1.</summary>
    private sealed class Faulty : Module
    {
        private readonly Module _inner;
        private readonly HashSet<int> _faults;
        private int _calls;

        public Faulty(Module inner, HashSet<int> faults)
        {
            _inner = Register("inner", inner);
            _faults = faults;
        }

        protected override Tensor Forward(Tensor x)
        {
            Tensor y = _inner.Call(x);
            return IsTraining && _faults.Contains(++_calls) ? y * double.NaN : y;
        }
    }
}
