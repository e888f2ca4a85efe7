namespace Fovea.Training;

/// <summary>
/// The learning rate (and, for some, the momentum) as a function of the step alone: there is nothing to save but the step's number.
/// Steps count from 0.
/// </summary>
public abstract class Schedule
{
    /// <summary>The learning rate of a step.</summary>
    public abstract double LearningRate(long step);

    /// <summary>The momentum of a step; null leaves it as it is.</summary>
    public virtual double? Momentum(long step) => null;

    /// <summary>Sets an optimiser's learning rate and momentum for a step.</summary>
    /// <param name="optimizer">The optimiser.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="scale">What the learning rate is multiplied by; default 1.</param>
    public void Apply(Optimizer optimizer, long step, double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        optimizer.LearningRate = LearningRate(step) * scale;
        optimizer.Momentum = Momentum(step) ?? optimizer.Momentum;
    }
}

/// <summary>One learning rate throughout.</summary>
/// <param name="learningRate">The learning rate.</param>
public sealed class ConstantSchedule(double learningRate) : Schedule
{
    /// <inheritdoc/>
    public override double LearningRate(long step) => learningRate;
}

/// <summary>
/// Half a cosine: <c>η(t) = η_min + (η − η_min)(1 + cos(π t/T))/2</c> (Loshchilov and Hutter, "SGDR", 2017, without restarts). After T it
/// stays at η_min.
/// </summary>
/// <param name="learningRate">η, where it starts.</param>
/// <param name="steps">T.</param>
/// <param name="lowest">η_min; default 0.</param>
public sealed class CosineSchedule(double learningRate, long steps, double lowest = 0) : Schedule
{
    /// <inheritdoc/>
    public override double LearningRate(long step) =>
        lowest + (learningRate - lowest) * (1 + Math.Cos(Math.PI * Math.Min(step, steps) / Math.Max(1, steps))) / 2;
}

/// <summary>A learning rate that is multiplied by a factor at given steps.</summary>
/// <param name="learningRate">Where it starts.</param>
/// <param name="milestones">The steps.</param>
/// <param name="factor">The factor; default 0.1.</param>
public sealed class StepSchedule(double learningRate, IReadOnlyList<long> milestones, double factor = 0.1) : Schedule
{
    /// <inheritdoc/>
    public override double LearningRate(long step) => learningRate * Math.Pow(factor, milestones.Count(m => step >= m));
}

/// <summary>A linear rise from a small share of the rate, then another schedule from its beginning.</summary>
/// <param name="then">What follows.</param>
/// <param name="steps">Length of the rise.</param>
/// <param name="start">Share of the rate at step 0, in (0, 1]; default 0.01.</param>
public sealed class WarmupSchedule(Schedule then, long steps, double start = 0.01) : Schedule
{
    /// <inheritdoc/>
    public override double LearningRate(long step) => step < steps
        ? then.LearningRate(0) * (start + (1 - start) * step / steps)
        : then.LearningRate(step - steps);

    /// <inheritdoc/>
    public override double? Momentum(long step) => then.Momentum(Math.Max(0, step - steps));
}
