namespace Fovea.Layers;

/// <summary>
/// A 2-D convolution (cross-correlation, as everywhere in the field). Shapes: <c>[N, I, H, W] → [N, O, H', W']</c> with
/// <c>H' = ⌊(H + 2·padding − dilation·(k − 1) − 1) / stride⌋ + 1</c>. Parameters: <c>weight</c> [O, I/groups, kh, kw], <c>bias</c> [O];
/// both start uniform in ±1/√(I/groups·kh·kw).
/// </summary>
public sealed class Conv2d : Module
{
    /// <summary>Creates a layer with a square kernel.</summary>
    /// <param name="inChannels">Channels of the input, I.</param>
    /// <param name="outChannels">Channels of the output, O.</param>
    /// <param name="kernelSize">Side of the kernel.</param>
    /// <param name="stride">Step between positions (default 1).</param>
    /// <param name="padding">Zeros added on each side (default 0).</param>
    /// <param name="dilation">Distance between the kernel's taps (default 1).</param>
    /// <param name="groups">Groups of channels that do not mix (default 1); I and O must divide by it.</param>
    /// <param name="bias">Whether there is a bias (default true).</param>
    public Conv2d(int inChannels, int outChannels, int kernelSize, int stride = 1, int padding = 0, int dilation = 1, int groups = 1, bool bias = true)
        : this(inChannels, outChannels, (kernelSize, kernelSize), (stride, stride), (padding, padding), (dilation, dilation), groups, bias)
    {
    }

    /// <summary>Creates a layer whose kernel, stride, padding and dilation may differ between height and width.</summary>
    /// <exception cref="OptionException">The channels do not divide by the groups.</exception>
    public Conv2d(
        int inChannels,
        int outChannels,
        (int Height, int Width) kernelSize,
        (int Height, int Width) stride,
        (int Height, int Width) padding,
        (int Height, int Width) dilation,
        int groups = 1,
        bool bias = true)
    {
        Channels.CheckDivisible("conv2d", "inChannels", inChannels, "groups", groups);
        Channels.CheckDivisible("conv2d", "outChannels", outChannels, "groups", groups);
        (InChannels, OutChannels, Groups) = (inChannels, outChannels, groups);
        (KernelSize, Stride, Padding, Dilation) = (kernelSize, stride, padding, dilation);
        Weight = RegisterParameter("weight", Tensor.Empty([outChannels, inChannels / groups, kernelSize.Height, kernelSize.Width]));
        Bias = bias ? RegisterParameter("bias", Tensor.Empty([outChannels])) : null;
        ResetUnlessDeferred();
    }

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; }

    /// <summary>Channels of the output.</summary>
    public int OutChannels { get; }

    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; }

    /// <summary>Height and width of the kernel.</summary>
    public (int Height, int Width) KernelSize { get; }

    /// <summary>Steps between positions.</summary>
    public (int Height, int Width) Stride { get; }

    /// <summary>Zeros added on each side.</summary>
    public (int Height, int Width) Padding { get; }

    /// <summary>Distances between the kernel's taps.</summary>
    public (int Height, int Width) Dilation { get; }

    /// <summary>[O, I/groups, kh, kw].</summary>
    public Tensor Weight { get; }

    /// <summary>[O], or null.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Conv2d(Weight, Bias, Stride, Padding, Dilation, Groups);

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        int fanIn = Weight.Shape.Product(1, 4);
        Initialization.FanInUniform(Weight, fanIn, generator);
        if (Bias is not null)
        {
            Initialization.FanInUniform(Bias, fanIn, generator);
        }
    }
}
