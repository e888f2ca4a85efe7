namespace Fovea.Layers;

/// <summary>
/// Dropout (Srivastava et al. 2014): in training each element is zero with probability p and divided by 1 − p otherwise; in evaluation
/// the input itself. The draws come from the layer's own generator, which <see cref="Module.Reset"/> seeds, so a run is repeatable.
/// </summary>
public sealed class Dropout : Module, IStochastic
{
    /// <summary>Creates the layer.</summary>
    /// <param name="probability">Share of elements that are dropped, 0 (none) to below 1 (default 0.5).</param>
    /// <exception cref="OptionException">The probability is out of range.</exception>
    public Dropout(double probability = 0.5)
    {
        if (probability is not (>= 0 and < 1))
        {
            throw new OptionException("dropout", $"probability: expected a number from 0 to below 1, got {probability}.");
        }

        Probability = probability;
    }

    /// <summary>Share of elements that are dropped.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public Generator Generator { get; set; } = new(0);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => IsTraining && Probability > 0 ? x.Dropout(Probability, Generator) : x;

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => Generator = generator;
}

/// <summary>
/// Dropout of whole maps (Tompson et al. 2015): in training each channel of each sample is zero with probability p and divided by 1 − p
/// otherwise; in evaluation the input itself. Shapes: <c>x: [N, C, …] → same</c>.
/// </summary>
public sealed class Dropout2d : Module, IStochastic
{
    /// <summary>Creates the layer.</summary>
    /// <param name="probability">Share of maps that are dropped, 0 (none) to below 1 (default 0.5).</param>
    /// <exception cref="OptionException">The probability is out of range.</exception>
    public Dropout2d(double probability = 0.5)
    {
        if (probability is not (>= 0 and < 1))
        {
            throw new OptionException("dropout2d", $"probability: expected a number from 0 to below 1, got {probability}.");
        }

        Probability = probability;
    }

    /// <summary>Share of maps that are dropped.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public Generator Generator { get; set; } = new(0);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!IsTraining || Probability == 0)
        {
            return x;
        }

        if (x.Rank < 3)
        {
            throw new ShapeException("dropout2d", "[N, C, …] of at least three axes", x.Shape.ToString());
        }

        // A map is to it what a sample is to stochastic depth.
        return x.Reshape(x.Shape[0] * x.Shape[1], -1).DropPath(Probability, Generator).Reshape(x.Shape.Lengths);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => Generator = generator;
}

/// <summary>
/// Stochastic depth (Huang et al. 2016): in training each sample of the batch is zero as a whole with probability p and divided by
/// 1 − p otherwise; in evaluation the input itself.
/// </summary>
public sealed class DropPath : Module, IStochastic
{
    /// <summary>Creates the layer.</summary>
    /// <param name="probability">Share of samples that are dropped, 0 to below 1.</param>
    /// <exception cref="OptionException">The probability is out of range.</exception>
    public DropPath(double probability)
    {
        if (probability is not (>= 0 and < 1))
        {
            throw new OptionException("drop_path", $"probability: expected a number from 0 to below 1, got {probability}.");
        }

        Probability = probability;
    }

    /// <summary>Share of samples that are dropped.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public Generator Generator { get; set; } = new(0);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => IsTraining && Probability > 0 ? x.DropPath(Probability, Generator) : x;

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => Generator = generator;
}

/// <summary>A module that draws random numbers while it runs. Checkpoints save its generator.</summary>
public interface IStochastic
{
    /// <summary>Where the draws come from.</summary>
    Generator Generator { get; set; }
}
