namespace Fovea.Training;

/// <summary>What <see cref="OneCycleSchedule"/> can be told; the defaults are PyTorch's.</summary>
public sealed record OneCycleOptions
{
    /// <summary>Share of the steps that the rise takes, in [0, 1]; default 0.3.</summary>
    public double RiseShare { get; init; } = 0.3;

    /// <summary>The peak over the first learning rate; default 25.</summary>
    public double StartDivisor { get; init; } = 25;

    /// <summary>The first learning rate over the last; default 10,000.</summary>
    public double FinalDivisor { get; init; } = 1e4;

    /// <summary>Straight lines instead of half cosines; default false.</summary>
    public bool IsLinear { get; init; }

    /// <summary>Rise, return to the start, then fall below it, instead of rise and fall; default false.</summary>
    public bool ThreePhases { get; init; }

    /// <summary>Whether momentum moves against the learning rate; default true.</summary>
    public bool CycleMomentum { get; init; } = true;

    /// <summary>Momentum at the peak; default 0.85.</summary>
    public double LowMomentum { get; init; } = 0.85;

    /// <summary>Momentum at both ends; default 0.95.</summary>
    public double HighMomentum { get; init; } = 0.95;
}

/// <summary>
/// One cycle: up to a high learning rate, then down to almost nothing, with momentum moving the other way (Smith and Topin,
/// "Super-Convergence", 2018), step for step as PyTorch's <c>OneCycleLR</c>.
/// </summary>
public sealed class OneCycleSchedule : Schedule
{
    private readonly OneCycleOptions _options;
    private readonly Phase[] _phases;

    /// <summary>Creates the schedule.</summary>
    /// <param name="peak">The highest learning rate.</param>
    /// <param name="steps">Steps of the whole cycle, at least 1.</param>
    /// <param name="options">The rest; null for the defaults.</param>
    /// <exception cref="OptionException">The rise takes a share outside of [0, 1].</exception>
    public OneCycleSchedule(double peak, long steps, OneCycleOptions? options = null)
    {
        _options = options ?? new OneCycleOptions();
        double share = _options.RiseShare;
        if (share is not (>= 0 and <= 1))
        {
            throw new OptionException("one-cycle", $"expected a rise of 0 to 1 of the steps, got {share}");
        }

        double start = peak / _options.StartDivisor;
        double end = start / _options.FinalDivisor;
        double low = _options.LowMomentum, high = _options.HighMomentum;
        var rise = new Phase(share * steps - 1, start, peak, high, low);
        _phases = _options.ThreePhases
            ? [rise, new Phase(2 * share * steps - 2, peak, start, low, high), new Phase(steps - 1, start, end, high, high)]
            : [rise, new Phase(steps - 1, peak, end, low, high)];
    }

    /// <inheritdoc/>
    public override double LearningRate(long step)
    {
        (Phase phase, double done) = At(step);
        return Between(phase.FromRate, phase.ToRate, done);
    }

    /// <inheritdoc/>
    public override double? Momentum(long step)
    {
        (Phase phase, double done) = At(step);
        return _options.CycleMomentum ? Between(phase.FromMomentum, phase.ToMomentum, done) : null;
    }

    private (Phase Phase, double Done) At(long step)
    {
        double start = 0;
        foreach (Phase phase in _phases)
        {
            if (step <= phase.End || phase == _phases[^1])
            {
                double length = phase.End - start;
                return (phase, length > 0 ? Math.Clamp((step - start) / length, 0, 1) : 1);
            }

            // A rise of less than one step ends before it starts.
            start = Math.Max(start, phase.End);
        }

        throw new InvalidOperationException("one-cycle: no phase.");
    }

    private double Between(double from, double to, double done) => _options.IsLinear
        ? from + (to - from) * done
        : to + (from - to) / 2 * (1 + Math.Cos(Math.PI * done));

    private sealed record Phase(double End, double FromRate, double ToRate, double FromMomentum, double ToMomentum);
}
