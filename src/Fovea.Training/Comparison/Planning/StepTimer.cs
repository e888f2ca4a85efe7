using System.Diagnostics;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Times the arithmetic of a training step: forward, loss, backward and update on a batch that lies in memory. The candidates take turns, so that what else the machine
/// does meets them all; of each turn the fastest step counts, which is the least disturbed, and of the turns the median.
/// </summary>
internal static class StepTimer
{
    private const int Rounds = 7;
    private const int MostSteps = 4;
    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(1.5);

    /// <summary>Times candidates.</summary>
    /// <param name="candidates">Opens a candidate, anew in each round.</param>
    /// <param name="round">Is told before each round: its number from 1 on, and how many there are.</param>
    /// <param name="cancellation">Stops it between two steps.</param>
    /// <returns>What a step of each candidate takes.</returns>
    public static StepCost[] Measure(IReadOnlyList<Func<TrainSetup>> candidates, Action<int, int> round, CancellationToken cancellation)
    {
        List<StepCost>[] turns = [.. candidates.Select(_ => new List<StepCost>())];
        for (int i = 1; i <= Rounds; i++)
        {
            round(i, Rounds);
            for (int c = 0; c < candidates.Count; c++)
            {
                long before = TensorMemory.LiveBytes;
                TrainSetup setup = candidates[c]();
                try
                {
                    turns[c].Add(Trial.Run(setup.Inputs, () => Fastest(setup, before, cancellation)));
                }
                finally
                {
                    Release(setup.Inputs.Model);
                }
            }
        }

        return [.. turns.Select(t => new StepCost(Median(t.Select(c => c.Seconds)), t.Max(c => c.MemoryBytes)))];
    }

    /// <summary>Gives a model's memory back.</summary>
    public static void Release(Module model)
    {
        foreach (Tensor value in StateDict.Of(model).Values)
        {
            value.Dispose();
        }
    }

    private static StepCost Fastest(TrainSetup setup, long before, CancellationToken cancellation)
    {
        (TrainingInputs inputs, TrainOptions options) = (setup.Inputs, setup.Options);
        new FrozenModules(inputs.Model, options.Freeze).Train(inputs.Model);
        using var step = new TrainingStep(
            inputs, options, OptimizerFactory.Create(options, inputs.Model), options.Ema > 0 ? new WeightAverage(inputs.Model, options.Ema) : null);
        using Batch batch = inputs.Train.Read(0).First();

        // The same arithmetic, and weights that stay where they are.
        step.Optimizer.LearningRate = 0;
        double fastest = double.MaxValue;
        var all = Stopwatch.StartNew();
        for (int i = 0; i <= MostSteps && (i < 2 || all.Elapsed < s_enough); i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (i == 1)
            {
                TensorMemory.ResetPeak();
            }

            var watch = Stopwatch.StartNew();
            step.Begin();
            for (int b = 0; b < options.Accumulate; b++)
            {
                step.Accumulate(batch);
            }

            step.Update(options.Accumulate);
            if (i > 0)
            {
                // The first asks for the memory that the others find there.
                fastest = Math.Min(fastest, watch.Elapsed.TotalSeconds);
            }
        }

        var cost = new StepCost(fastest, TensorMemory.PeakBytes - before);
        step.Optimizer.ClearGrads();
        return cost;
    }

    private static double Median(IEnumerable<double> times)
    {
        double[] sorted = [.. times.Order()];
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}

/// <summary>What a training step takes.</summary>
/// <param name="Seconds">Its time.</param>
/// <param name="MemoryBytes">The most native memory that the model, its gradients, the optimiser, the tape and running kernels hold at once.</param>
internal readonly record struct StepCost(double Seconds, long MemoryBytes);
