using System.Diagnostics;
using Fovea.Distributed;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// The batches of a step, one after the other or spread over ranks: at its end the gradients of all are summed in the parameters, and every rank knows what came of
/// each. One batch on one rank is computed as it is; nothing is copied then.
/// </summary>
internal sealed class StepBatches : IDisposable
{
    private readonly TrainingInputs _inputs;
    private readonly TrainingStep _step;
    private readonly MicroBatches _share;
    private readonly StepExchange? _exchange;
    private GradientSum? _sum;

    /// <param name="inputs">The model, its data and the ranks.</param>
    /// <param name="perStep">Batches of a step.</param>
    /// <param name="step">The arithmetic of one.</param>
    /// <exception cref="OptionException">A step has too few batches for the ranks.</exception>
    public StepBatches(TrainingInputs inputs, int perStep, TrainingStep step)
    {
        (_inputs, _step) = (inputs, step);
        _share = MicroBatches.Of(perStep, inputs.Group);
        _exchange = inputs.Group.Ranks > 1 ? new StepExchange(inputs.Group, _share, inputs.Model) : null;
    }

    /// <summary>Prepares an epoch: what is trained may differ from the one before. Reads this rank's batches of what is left of it.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="first">The first batch that is left.</param>
    public IEnumerable<Batch> Begin(int epoch, int first)
    {
        _sum?.Dispose();
        _sum = _share.PerStep == 1 ? null : new GradientSum(_inputs.Model.Parameters().Where(p => p.RequiresGrad), _inputs.Group);
        return _inputs.Train.ReadBatches(epoch, _share.Numbers(first, _inputs.Train.BatchesPerEpoch), CancellationToken.None);
    }

    /// <summary>Computes a step's batches.</summary>
    /// <param name="batches">What <see cref="Begin"/> gave, as far as it was read.</param>
    /// <param name="count">Batches of the step, of all ranks.</param>
    /// <param name="note">What this rank has to say to the others, but for its time.</param>
    /// <returns>What came of all. Where a loss is not finite, the gradients are of no use.</returns>
    /// <exception cref="Distributed.RankLostException">A rank went missing.</exception>
    public StepResult Run(IEnumerator<Batch> batches, int count, Func<RankNote> note)
    {
        int own = _share.Count(count);
        var watch = Stopwatch.StartNew();
        var outcomes = new List<BatchOutcome>();
        var damaged = new List<string>();
        using RunningStatistics? statistics = _exchange is null ? null : new RunningStatistics();
        _sum?.Begin();
        _step.Begin();
        for (int i = 0; i < own; i++)
        {
            if (!batches.MoveNext())
            {
                throw new InvalidOperationException("The epoch has fewer batches than its loader said.");
            }

            using Batch batch = batches.Current;
            damaged.AddRange(batch.Damaged.Select(d => d.Reason));
            bool isLast = i == own - 1;
            outcomes.Add(_step.Accumulate(batch, isLast && _sum is not null ? _sum.Arrive : null));
            if (!isLast)
            {
                _sum!.Add();
            }
        }

        double seconds = watch.Elapsed.TotalSeconds;
        _sum?.Finish(isEmpty: own == 0);
        RankNote said = note() with { Seconds = seconds };
        return _exchange?.Run(outcomes, statistics!.All, count, damaged, said) ?? new StepResult([.. outcomes], [said], damaged);
    }

    public void Dispose() => _sum?.Dispose();
}
