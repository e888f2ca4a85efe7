namespace Fovea.Layers;

/// <summary>
/// A 1-D convolution. Shapes: <c>[N, I, L] → [N, O, L']</c>. Parameters: <c>weight</c> [O, I/groups, k], <c>bias</c> [O]; both start
/// uniform in ±1/√(I/groups·k).
/// </summary>
public sealed class Conv1d : Module
{
    /// <summary>Creates the layer.</summary>
    /// <param name="inChannels">Channels of the input, I.</param>
    /// <param name="outChannels">Channels of the output, O.</param>
    /// <param name="kernelSize">Length of the kernel.</param>
    /// <param name="stride">Step between positions (default 1).</param>
    /// <param name="padding">Zeros added at each end (default 0).</param>
    /// <param name="dilation">Distance between the kernel's taps (default 1).</param>
    /// <param name="groups">Groups of channels that do not mix (default 1).</param>
    /// <param name="bias">Whether there is a bias (default true).</param>
    /// <exception cref="OptionException">The channels do not divide by the groups.</exception>
    public Conv1d(int inChannels, int outChannels, int kernelSize, int stride = 1, int padding = 0, int dilation = 1, int groups = 1, bool bias = true)
    {
        Channels.CheckDivisible("conv1d", "inChannels", inChannels, "groups", groups);
        Channels.CheckDivisible("conv1d", "outChannels", outChannels, "groups", groups);
        (Stride, Padding, Dilation, Groups) = (stride, padding, dilation, groups);
        Weight = RegisterParameter("weight", Tensor.Empty([outChannels, inChannels / groups, kernelSize]));
        Bias = bias ? RegisterParameter("bias", Tensor.Empty([outChannels])) : null;
        ResetUnlessDeferred();
    }

    /// <summary>Step between positions.</summary>
    public int Stride { get; }

    /// <summary>Zeros added at each end.</summary>
    public int Padding { get; }

    /// <summary>Distance between the kernel's taps.</summary>
    public int Dilation { get; }

    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; }

    /// <summary>[O, I/groups, k].</summary>
    public Tensor Weight { get; }

    /// <summary>[O], or null.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Conv1d(Weight, Bias, Stride, Padding, Dilation, Groups);

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        int fanIn = Weight.Shape.Product(1, 3);
        Initialization.FanInUniform(Weight, fanIn, generator);
        if (Bias is not null)
        {
            Initialization.FanInUniform(Bias, fanIn, generator);
        }
    }
}
