using System.Text.Json.Nodes;
using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// ResNet's bottleneck block with a slot for attention on the last batch norm, before the residual sum.
/// <para>Formula: <c>y = ReLU(attention(BN(1×1(ReLU(BN(3×3(ReLU(BN(1×1 x)))))))) + shortcut(x))</c>; the 3×3 carries the stride, and
/// the shortcut is a 1×1 convolution with batch norm where size or channels change.</para>
/// <para>Shapes: <c>x: [N, I, H, W] → [N, 4·planes, ⌈H/stride⌉, ⌈W/stride⌉]</c>. Parameters: <c>conv1</c>, <c>bn1</c>, <c>conv2</c>,
/// <c>bn2</c>, <c>conv3</c>, <c>bn3</c>, <c>attention.*</c>, <c>downsample.{0,1}</c>.</para>
/// <para>Source: He et al., "Deep Residual Learning for Image Recognition", 2016; the stride on the 3×3 is torchvision's form.</para>
/// </summary>
public sealed class Bottleneck : Module, IAttention<Bottleneck>, IResidualBlock
{
    /// <summary>Output channels for each of <c>planes</c>.</summary>
    public const int Expansion = 4;

    private readonly int _inChannels;
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Conv2d _conv2;
    private readonly BatchNorm2d _bn2;
    private readonly Conv2d _conv3;
    private readonly BatchNorm2d _bn3;
    private readonly Module? _middle;
    private readonly Module? _last;
    private readonly Module? _attention;
    private DropPath? _dropPath;
    private readonly Sequential? _downsample;
    private readonly bool _identityStart;

    /// <summary>Creates the block.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="planes">Channels inside; the output has four times as many.</param>
    /// <param name="stride">Stride of the 3×3 and of the shortcut.</param>
    /// <param name="attention">Built for the output's channels; null for none.</param>
    /// <param name="downsample">Whether the shortcut is a convolution; null where it has to be.</param>
    /// <param name="identityStart">Whether the last batch norm's weight starts at 0, so that a new block is its shortcut (default false).</param>
    /// <param name="dilation">Distance between the taps of the 3×3 (default 1).</param>
    /// <exception cref="OptionException">The shortcut cannot be the identity.</exception>
    public Bottleneck(
        int inChannels, int planes, int stride = 1, Module? attention = null, bool? downsample = null, bool identityStart = false, int dilation = 1)
        : this(inChannels, planes, new BottleneckForm
        {
            Stride = stride,
            Dilation = dilation,
            Attention = attention,
            Downsample = downsample,
            IdentityStart = identityStart,
        })
    {
    }

    /// <summary>Creates a block of another form.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="planes">A quarter of the output's channels.</param>
    /// <param name="form">What else it is.</param>
    /// <exception cref="OptionException">The shortcut cannot be the identity, or the channels inside do not divide by the groups.</exception>
    internal Bottleneck(int inChannels, int planes, BottleneckForm form)
    {
        int outChannels = planes * Expansion;
        int width = form.Width ?? planes;
        bool changes = form.Stride != 1 || inChannels != outChannels;
        if (form.Downsample == false && changes)
        {
            throw new OptionException("bottleneck",
                $"downsample: the shortcut cannot be the identity from {inChannels} to {outChannels} channels with stride {form.Stride}; set it to true, or leave it out.");
        }

        _inChannels = inChannels;
        _identityStart = form.IdentityStart;
        _conv1 = Register("conv1", new Conv2d(inChannels, width, 1, bias: false));
        _bn1 = Register("bn1", new BatchNorm2d(width));
        _conv2 = Register("conv2", new Conv2d(width, width, 3, form.Stride, form.Dilation, form.Dilation, form.Groups, bias: false));
        _bn2 = Register("bn2", new BatchNorm2d(width));
        _middle = form.Middle is (string behind, Module inner) ? Register(behind, inner) : null;
        _conv3 = Register("conv3", new Conv2d(width, outChannels, 1, bias: false));
        _bn3 = Register("bn3", new BatchNorm2d(outChannels));
        _last = form.Last is (string name, Module last) ? Register(name, last) : null;
        _attention = form.Attention is null ? null : Register("attention", form.Attention);
        _downsample = form.Downsample ?? changes ? Register("downsample", Shortcut(inChannels, outChannels, form)) : null;
        ResetUnlessDeferred();
    }

    /// <inheritdoc/>
    public AttentionOptions? Options { get; private init; }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "bottleneck",
        Name = "Bottleneck block with attention",
        Paper = "Deep Residual Learning for Image Recognition",
        Year = 2016,
        Family = Family.Hybrid,
        Formula = "y = ReLU(attention(BN(1×1(ReLU(BN(3×3(ReLU(BN(1×1 x)))))))) + shortcut(x))",
        Shapes = "x: [N, I, H, W] → [N, 4·planes, ⌈H/stride⌉, ⌈W/stride⌉]",
        KeepsShape = false,
        Options =
        [
            OptionSpec.Integer("inChannels", "Channels of the input."),
            OptionSpec.Integer("planes", "Channels inside the block; the output has four times as many."),
            OptionSpec.Integer("stride", "Stride of the 3×3 and of the shortcut.", 1),
            OptionSpec.BooleanOrNull("downsample", "Whether the shortcut is a 1×1 convolution with batch norm; null: where size or channels change."),
            new("attention", OptionKind.Mechanism, "The mechanism in the slot; null for none.") { IsNullable = true },
            OptionSpec.Integer("reduction", "Passed to the mechanism if it has such an option.", nullable: true),
            new("attentionOptions", OptionKind.Nested, "The mechanism's other options.") { IsNullable = true },
            OptionSpec.Boolean("identityStart", "Whether the last batch norm's weight starts at 0, so that a new block is its shortcut and a ReLU.", false),
        ],
        Variants =
        [
            "Stride on the 3×3 (torchvision, the default and only form here); the paper had it on the first 1×1.",
            "torchvision calls identityStart zero_init_residual; a mechanism that makes zeros of zeros, as all gates do, keeps the block its shortcut.",
        ],
        Fit = static slot => new Dictionary<string, object> { ["inChannels"] = slot.Channels, ["planes"] = Math.Max(1, slot.Channels / Expansion) },
        Flow =
        [
            new("conv1", "1×1, BN, ReLU", "x"), new("conv2", "3×3, BN, ReLU", "conv1"), new("conv3", "1×1, BN", "conv2"),
            new("attention", "attention", "conv3"), new("sum", "+", "attention", "x"), new("y", "ReLU", "sum"),
        ],
    };

    /// <inheritdoc/>
    public static Bottleneck Create(AttentionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        int planes = options.Integer("planes");
        Module? attention = null;
        if (options.ChoiceOrNull("attention") is { } key)
        {
            Entry entry = Catalog.Find(key);
            JsonObject inner = options.Nested("attentionOptions");
            if (options.IntegerOrNull("reduction") is { } reduction && entry.Card.Option("reduction") is not null && !inner.ContainsKey("reduction"))
            {
                inner["reduction"] = reduction;
            }

            attention = entry.CreateFor(new SlotShape(planes * Expansion, 0, 0), inner);
        }

        return new Bottleneck(options.Integer("inChannels"), planes, options.Integer("stride"), attention, options.BooleanOrNull("downsample"), options.Boolean("identityStart"))
        {
            Options = options,
        };
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("bottleneck", x, _inChannels);
        Tensor y = _bn1.CallFused(_conv1.Call(x), relu: true);
        y = _bn2.CallFused(_conv2.Call(y), relu: true);
        y = _middle?.Call(y) ?? y;
        y = _conv3.Call(y);
        Tensor shortcut = _downsample?.Call(x) ?? x;
        if (_dropPath is not null && IsTraining)
        {
            return Residual.Rectified(_dropPath.Call(Attended(_bn3.Call(y))), shortcut, isTraining: true);
        }

        return _attention is null && _last is null
            ? _bn3.CallFused(y, relu: true, shortcut)
            : Residual.Rectified(Attended(_bn3.Call(y)), shortcut, IsTraining);
    }

    void IResidualBlock.SetDropPath(double rate) => _dropPath = rate > 0 ? Register("drop_path", new DropPath(rate)) : null;

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        if (_identityStart)
        {
            _bn3.Weight.Fill(0);
        }
    }

    private static Sequential Shortcut(int inChannels, int outChannels, BottleneckForm form)
    {
        var norm = new BatchNorm2d(outChannels);
        if (!form.AveragesShortcut)
        {
            return new Sequential(new Conv2d(inChannels, outChannels, 1, form.Stride, bias: false), norm);
        }

        // Odd sizes are rounded up, as the 3×3 rounds them; what lies beyond the border does not count.
        Module pool = form.Stride == 1 ? new Identity() : new Activation(x => x.AvgPool2d(2, form.Stride, ceilMode: true, countIncludePad: false));
        return new Sequential(pool, new Conv2d(inChannels, outChannels, 1, bias: false), norm);
    }

    private Tensor Attended(Tensor branch)
    {
        branch = _last?.Call(branch) ?? branch;
        return _attention?.Call(branch) ?? branch;
    }
}
