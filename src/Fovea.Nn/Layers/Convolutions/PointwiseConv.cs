namespace Fovea.Layers;

/// <summary>
/// A convolution of size 1 over positions of any number of axes, or of none: a linear map of the channels. Shapes: <c>[N, I, …] → [N, O, …]</c>.
/// Parameters: <c>weight</c> [O, I, 1, …] with a 1 for each axis of positions, <c>bias</c> [O]; both start uniform in ±1/√I.
/// </summary>
public sealed class PointwiseConv : Module
{
    /// <summary>Creates the layer.</summary>
    /// <param name="inChannels">Channels of the input, I.</param>
    /// <param name="outChannels">Channels of the output, O.</param>
    /// <param name="dimension">Axes of positions, 1 to 3: the shape of the weight.</param>
    /// <param name="bias">Whether there is a bias (default true).</param>
    public PointwiseConv(int inChannels, int outChannels, int dimension, bool bias = true)
    {
        Weight = RegisterParameter("weight", Tensor.Empty([outChannels, inChannels, .. Enumerable.Repeat(1, dimension)]));
        Bias = bias ? RegisterParameter("bias", Tensor.Empty([outChannels])) : null;
        ResetUnlessDeferred();
    }

    /// <summary>[O, I, 1, …].</summary>
    public Tensor Weight { get; }

    /// <summary>[O], or null.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank < 2)
        {
            throw new ShapeException("pointwise_conv", $"[N, {Weight.Shape[1]}, …]", x.Shape.ToString());
        }

        if (x.Rank == 2)
        {
            return x.Linear(Weight.Reshape(Weight.Shape[0], Weight.Shape[1]), Bias);
        }

        Tensor y = x.Reshape(x.Shape[0], x.Shape[1], 1, x.Shape.Product(2, x.Rank)).Conv2d(Weight.Reshape(Weight.Shape[0], Weight.Shape[1], 1, 1), Bias);
        return y.Reshape([x.Shape[0], Weight.Shape[0], .. x.Shape.Lengths[2..]]);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        Initialization.FanInUniform(Weight, Weight.Shape[1], generator);
        if (Bias is not null)
        {
            Initialization.FanInUniform(Bias, Weight.Shape[1], generator);
        }
    }
}
