using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>One step of a trial.</summary>
/// <param name="Loss">Mean loss of its images that count; not finite when no step could be taken.</param>
/// <param name="GradientNorm">Norm of all gradients together, before clipping.</param>
/// <param name="Images">Its images.</param>
/// <param name="Counted">Those with a label that counts.</param>
internal readonly record struct TrialStep(double Loss, double GradientNorm, int Images, int Counted)
{
    public bool IsFinite => double.IsFinite(Loss) && double.IsFinite(GradientNorm);
}

/// <summary>The first steps of a run, as it would take them, with nothing written anywhere.</summary>
internal sealed class TrialSteps : IDisposable
{
    private readonly TrainingInputs _inputs;
    private readonly TrainOptions _options;
    private readonly FrozenModules _frozen;
    private readonly TrainingStep _step;
    private readonly StepBatches _batches;

    /// <summary>Prepares the steps. The model is changed by them.</summary>
    /// <param name="inputs">The model and its data.</param>
    /// <param name="options">Options without open ends.</param>
    public TrialSteps(TrainingInputs inputs, TrainOptions options)
    {
        _inputs = inputs;
        _options = options;
        _frozen = new FrozenModules(inputs.Model, options.Freeze);
        _step = new TrainingStep(
            inputs, options, OptimizerFactory.Create(options, inputs.Model), options.Ema > 0 ? new WeightAverage(inputs.Model, options.Ema) : null);
        _batches = new StepBatches(inputs, options.Accumulate, _step);
    }

    /// <summary>Optimiser steps in an epoch.</summary>
    public int PerEpoch => (_inputs.Train.BatchesPerEpoch + _options.Accumulate - 1) / _options.Accumulate;

    /// <summary>The first batch, as a step sees it, in the hands of another.</summary>
    /// <param name="look">Is given the batch, and its labels or the shares of its classes.</param>
    public T First<T>(Func<Batch, Tensor, T> look)
    {
        using TensorScope scope = TensorScope.Begin();
        using Batch batch = _inputs.Train.Read(0).First();
        return look(batch, _step.Mix(batch));
    }

    /// <summary>Steps without end, epoch after epoch, each with what is frozen in the first; after one that is not finite there is no other.</summary>
    /// <param name="rate">The learning rate of a step, counted from 0.</param>
    /// <param name="cancellation">Ends it after the step in progress.</param>
    public IEnumerable<TrialStep> Run(Func<int, double> rate, CancellationToken cancellation)
    {
        _frozen.Train(_inputs.Model);
        int steps = 0, all = _inputs.Train.BatchesPerEpoch;
        for (int epoch = 0; ; epoch++)
        {
            using IEnumerator<Batch> batches = _batches.Begin(epoch, 0).GetEnumerator();
            for (int first = 0; first < all; first += _options.Accumulate)
            {
                BatchOutcome[] outcomes = _batches.Run(batches, Math.Min(_options.Accumulate, all - first), static () => default).Outcomes;
                TrialStep step = Update(outcomes, rate(steps));
                yield return step;
                cancellation.ThrowIfCancellationRequested();
                if (!step.IsFinite)
                {
                    yield break;
                }

                steps++;
            }
        }
    }

    /// <summary>Gives the memory of the optimiser back.</summary>
    public void Dispose()
    {
        _batches.Dispose();
        _step.Optimizer.ClearGrads();
        _step.Dispose();
    }

    private TrialStep Update(BatchOutcome[] outcomes, double rate)
    {
        int counted = outcomes.Sum(b => b.Counted), images = outcomes.Sum(b => b.Images);
        double loss = counted == 0 ? 0 : outcomes.Sum(b => b.Loss * b.Counted) / counted;
        if (Array.FindIndex(outcomes, b => !double.IsFinite(b.Loss)) is var bad and >= 0)
        {
            return new TrialStep(outcomes[bad].Loss, double.NaN, images, counted);
        }

        _step.Optimizer.LearningRate = rate;
        return new TrialStep(loss, _step.Update(outcomes.Length), images, counted);
    }
}
