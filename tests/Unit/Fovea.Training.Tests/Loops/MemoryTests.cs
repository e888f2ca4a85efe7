namespace Fovea.Training.Tests;

[Collection("engine")]
public class MemoryTests
{
    [Theory]
    [InlineData("sgd")]
    [InlineData("everything")]
    public void Two_hundred_steps_at_steady_state_take_no_new_memory_and_leak_none(string recipe)
    {
        // 1 + 50 epochs of 6 batches; the first two epochs fill the pool.
        TrainOptions options = TinyRun.Options with { Epochs = 52, LearningRate = 0.01 };
        if (recipe == "everything")
        {
            options = options with { Optimizer = OptimizerKind.AdamW, LearningRate = 1e-3, Ema = 0.99, Mixup = 0.2, CutMix = 1, LabelSmoothing = 0.1, ClipGradient = 1, Accumulate = 3 };
        }

        Leftovers.Collect();
        (long leaked, long blocks) = (TensorMemory.Leaked, TensorMemory.LiveBlocks);
        long before = 0, after = 0;
        int steps = 0;
        var inputs = TinyRun.Inputs(workers: 0);
        var trainer = new Trainer(inputs, options);
        TrainResult result = trainer.Run(new Listener(e =>
        {
            switch (e)
            {
                case EpochDone { Metrics.Epoch: 2 }:
                    before = TensorMemory.NativeAllocations;
                    break;
                case EpochDone { Metrics.Epoch: 52 }:
                    after = TensorMemory.NativeAllocations;
                    break;
                case BatchDone when before > 0 && after == 0:
                    steps++;
                    break;
            }
        }));
        Assert.Equal(TrainOutcome.Completed, result.Outcome);
        Assert.True(steps * options.Accumulate >= 200, $"{steps} steps");
        Assert.Equal(before, after);
        trainer.Dispose();
        foreach (Tensor tensor in StateDict.Of(inputs.Model).Values)
        {
            tensor.Dispose();
        }

        Leftovers.Collect();
        Assert.Equal(leaked, TensorMemory.Leaked);
        Assert.Equal(blocks, TensorMemory.LiveBlocks);
    }
}
