using System.Numerics;
using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Gather-Excite: each channel gathers context over an extent of positions and is gated by it; squeeze-and-excitation is the case of the
/// global extent with an MLP.
/// <para>Formula: <c>y = x · σ(nearest-upsample(g(x)))</c>. Without parameters (θ⁻) g is the mean over windows of 2e − 1 with stride e
/// (padding left out of the mean), or the global mean for extent 0. With parameters (θ) it is depthwise: log₂ e times [3×3 of stride 2,
/// BN] with ReLU between, or one H×W kernel and BN for extent 0. With <c>mlp</c> (θ⁺) follow ReLU, 1×1 → C/r, ReLU, 1×1 → C.</para>
/// <para>Shapes: <c>x: [B, C, H, W] → same</c>. Parameters: <c>gather.0</c> (convolution, no bias), <c>gather.1</c> (BN), <c>gather.3</c>,
/// <c>gather.4</c>, … (a ReLU takes a number); <c>mlp.0</c>, <c>mlp.2</c>.</para>
/// <para>The global kernel has one weight a position, so it is tied to the size it was built for. With <c>anySize</c> its weights belong
/// to the cells of a grid of that size, over which other maps are averaged first; on a map of the built size nothing changes.</para>
/// <para>Source: Hu et al., "Gather-Excite: Exploiting Feature Context in Convolutional Neural Networks", 2018.</para>
/// </summary>
public sealed class GatherExcite : Mechanism<GatherExcite>, IAttention<GatherExcite>
{
    private const string Key = "gather_excite";
    private int _channels;
    private int _extent;
    private Size2 _grid;
    private bool _anySize;
    private readonly List<(Conv2d Conv, BatchNorm2d Norm)> _gather = [];
    private Conv2d? _down;
    private Conv2d? _up;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public GatherExcite(int channels)
        : base(("channels", channels))
    {
    }

    private GatherExcite(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Whether the gathering is learnt (θ, θ⁺) rather than a mean (θ⁻) (default false).</summary>
    public bool HasParameters { get => Boolean(); init => Set(value); }

    /// <summary>
    /// Positions over which context is gathered; 0: all; with parameters a power of two from 2 (a whole number ≥ 0, default 0).
    /// </summary>
    public int Extent { get => Integer(); init => Set(value); }

    /// <summary>Height of the maps, for the learnt global kernel (a whole number ≥ 1, default null).</summary>
    public int? Height { get => IntegerOrNull(); init => Set(value); }

    /// <summary>Width of the maps, for the learnt global kernel (a whole number ≥ 1, default null).</summary>
    public int? Width { get => IntegerOrNull(); init => Set(value); }

    /// <summary>Whether ReLU and a bottleneck of 1×1 convolutions follow (θ⁺) (default false).</summary>
    public bool Mlp { get => Boolean(); init => Set(value); }

    /// <summary>Divides the channels inside the bottleneck: C → C/r → C (a whole number ≥ 1, default 16).</summary>
    public int Reduction { get => Integer(); init => Set(value); }

    /// <summary>
    /// Whether the learnt global kernel takes maps of other sizes, averaged over a grid of height × width (default false).
    /// </summary>
    public bool AnySize { get => Boolean(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = Key,
        Name = "Gather-Excite",
        Paper = "Gather-Excite: Exploiting Feature Context in Convolutional Neural Networks",
        Year = 2018,
        Family = Family.Channel,
        Formula = "y = x · σ(nearest-upsample(g(x)));  g: mean over an extent, depthwise strided convolutions, or those and an MLP",
        Shapes = "x: [B, C, H, W] → same",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Boolean("parameters", "Whether the gathering is learnt (θ, θ⁺) rather than a mean (θ⁻).", false) with { Property = nameof(HasParameters) },
            OptionSpec.Integer("extent", "Positions over which context is gathered; 0: all; with parameters a power of two from 2.", 0, minimum: 0),
            OptionSpec.Integer("height", "Height of the maps, for the learnt global kernel.", nullable: true),
            OptionSpec.Integer("width", "Width of the maps, for the learnt global kernel.", nullable: true),
            OptionSpec.Boolean("mlp", "Whether ReLU and a bottleneck of 1×1 convolutions follow (θ⁺).", false),
            OptionSpec.Reduction(),
            OptionSpec.Boolean("anySize", "Whether the learnt global kernel takes maps of other sizes, averaged over a grid of height × width.", false),
        ],
        Variants =
        [
            "θ⁻: parameters false. θ: parameters true. θ⁺: parameters true and mlp true.",
            "timm's port has no ReLU between the gathering and the MLP.",
        ],
        Fit = static slot => new Dictionary<string, object>
        {
            ["channels"] = slot.Channels,
            ["height"] = slot.Height,
            ["width"] = slot.Width,
            ["reduction"] = Math.Min(16, slot.Channels),
        },
        Flow = [new("g", "gather", "x"), new("up", "nearest ↑, σ", "g"), new("y", "×", "x", "up")],
    };

    /// <inheritdoc/>
    public static GatherExcite Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _extent = options.Integer("extent");
        _anySize = options.Boolean("anySize");
        if (options.Boolean("parameters"))
        {
            _grid = _extent == 0 ? Grid(options) : 0;
            Register("gather", new Sequential(_extent == 0 ? Global() : Strided()));
        }

        if (options.Boolean("mlp"))
        {
            int reduced = Channels.Reduced(Key, _channels, options.Integer("reduction"));
            _down = new Conv2d(_channels, reduced, 1);
            _up = new Conv2d(reduced, _channels, 1);
            Register("mlp", new Sequential([("0", _down), ("2", _up)]));
        }
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps(Key, x, _channels);
        Tensor context = Gather(x);
        if (_down is not null)
        {
            context = _up!.Call(_down.Call(context.Relu()).Relu());
        }

        Tensor gate = context.Sigmoid();
        bool isGlobal = gate.Shape[2] * gate.Shape[3] == 1;
        if (!isGlobal && (gate.Shape[2], gate.Shape[3]) != (x.Shape[2], x.Shape[3]))
        {
            gate = gate.UpsampleNearest2d((x.Shape[2], x.Shape[3]));
        }

        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, isGlobal
                ? new ChannelGate("channel", AttentionRecorder.Share(gate.Flatten()))
                : new ElementGate("element", AttentionRecorder.Share(gate)));
        }

        return x * gate;
    }

    private Tensor Gather(Tensor x)
    {
        if (_gather.Count == 0)
        {
            return _extent == 0
                ? x.GlobalAvgPool().Reshape(x.Shape[0], _channels, 1, 1)
                : x.AvgPool2d(2 * _extent - 1, _extent, _extent - 1, countIncludePad: false);
        }

        if (_extent == 0 && (x.Shape[2], x.Shape[3]) != (_grid.Height, _grid.Width))
        {
            x = _anySize ? x.AdaptiveAvgPool2d(_grid) : throw new ShapeException(Key, $"[N, {_channels}, {_grid.Height}, {_grid.Width}]",
                x.Shape.ToString(), "the global kernel has one weight a position: build the module with this height and width, or with anySize");
        }

        for (int i = 0; i < _gather.Count; i++)
        {
            x = _gather[i].Norm.CallFused(_gather[i].Conv.Call(x), relu: i < _gather.Count - 1);
        }

        return x;
    }

    private static Size2 Grid(AttentionOptions options) =>
        options.IntegerOrNull("height") is { } height && options.IntegerOrNull("width") is { } width
            ? (height, width)
            : throw new OptionException(Key, "the learnt global kernel (parameters true, extent 0) has one weight a position; set height and width.");

    private IEnumerable<(string Name, Module Module)> Global()
    {
        _gather.Add((new Conv2d(_channels, _channels, (_grid.Height, _grid.Width), (1, 1), (0, 0), (1, 1), groups: _channels, bias: false), new BatchNorm2d(_channels)));
        return [("0", _gather[0].Conv), ("1", _gather[0].Norm)];
    }

    private List<(string Name, Module Module)> Strided()
    {
        if (_extent < 2 || !BitOperations.IsPow2(_extent))
        {
            throw new OptionException(Key, $"extent ({_extent}) must be a power of two from 2 when parameters is true, because each layer halves the map; "
                + $"choose 0 (all positions), 2, 4 or 8.");
        }

        var modules = new List<(string, Module)>();
        for (int i = 0; i < BitOperations.Log2((uint)_extent); i++)
        {
            _gather.Add((new Conv2d(_channels, _channels, 3, stride: 2, padding: 1, groups: _channels, bias: false), new BatchNorm2d(_channels)));
            modules.Add(((3 * i).ToString(System.Globalization.CultureInfo.InvariantCulture), _gather[i].Conv));
            modules.Add(((3 * i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), _gather[i].Norm));
        }

        return modules;
    }
}
