using System.Globalization;
using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// The encoder and decoder for segmentation (Ronneberger et al. 2015): double 3×3 convolutions with batch norm, halved by max pooling on
/// the way down, doubled bilinearly and joined with the skip of the same size on the way up, a 1×1 convolution to the classes.
/// <para>Shapes: <c>x: [N, C, H, W] → [N, classes, H, W]</c>; H and W divide by 2^levels. Parameters: <c>down{0…}</c>, <c>bottom</c>,
/// <c>up{…0}</c> with <c>conv1</c>, <c>bn1</c>, <c>conv2</c>, <c>bn2</c> and <c>attention.*</c>, <c>head</c>.</para>
/// <para>Attention: places are the blocks <c>down0</c> …, <c>bottom</c>, <c>up0</c> … (inside, at their end) and, as boundaries of
/// stages, <c>skip0</c> …: on each skip connection. <c>attention_gate</c>, which takes the gating signal as well, stands on the skips
/// (Oktay et al. 2018); every mechanism that keeps its shape fits any place.</para>
/// </summary>
public sealed class UNet : Module
{
    private const string GateKey = "attention_gate";
    private readonly int _inChannels;
    private readonly int _levels;
    private readonly List<DoubleConvolution> _down = [];
    private readonly DoubleConvolution _bottom;
    private readonly DoubleConvolution[] _up;
    private readonly Module?[] _skips;
    private readonly Conv2d _head;

    /// <summary>Creates the network.</summary>
    /// <param name="width">Channels of the first block, at least 1; they double on every level.</param>
    /// <param name="levels">Times that the map is halved, 1 to 6.</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">The width or the levels are out of range, or the attention does not fit.</exception>
    public UNet(int width, int levels, ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (width < 1 || levels is < 1 or > 6)
        {
            throw new OptionException("unet", $"width and levels: expected a width of at least 1 and 1 to 6 levels, got {width} and {levels}.");
        }

        (_inChannels, _levels) = (options.InChannels, levels);
        bool gates = options.Attention?.Key == GateKey;
        var slots = new AttentionSlots(gates ? null : options.Attention);
        int channels = options.InChannels;
        for (int level = 0; level < levels; level++)
        {
            _down.Add(MakeBlock(slots, Name("down", level), channels, width << level, SlotAt(level)));
            channels = width << level;
        }

        _bottom = MakeBlock(slots, "bottom", channels, width << levels, SlotAt(levels));
        _up = new DoubleConvolution[levels];
        _skips = new Module?[levels];
        var gated = new SkipGates(options.Attention, gates);
        for (int level = levels - 1; level >= 0; level--)
        {
            _skips[level] = gates ? gated.Make(Name("skip", level), width << (level + 1), width << level) : slots.ForStage(Name("skip", level), SlotAt(level), isLast: false);
            if (_skips[level] is { } skip)
            {
                Register($"{Name("skip", level)}_attention", skip);
            }

            _up[level] = MakeBlock(slots, Name("up", level), (width << level) + (width << (level + 1)), width << level, SlotAt(level));
        }

        string[] skips = [.. Enumerable.Range(0, levels).Select(l => Name("skip", l))];
        gated.CheckAllUsed(skips);
        slots.CheckAllUsed("unet",
            [.. Enumerable.Range(0, levels).Select(l => Name("down", l)), "bottom", .. Enumerable.Range(0, levels).Select(l => Name("up", l)), .. skips]);
        _head = Register("head", new Conv2d(width, options.Classes, 1));
        ResidualInitialization.DrawUnlessDeferred(this);

        SlotShape SlotAt(int level) => new(width << level, options.ImageSize.Over(1 << level));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("unet", x, _inChannels);
        int unit = 1 << _levels;
        if (x.Shape[2] % unit != 0 || x.Shape[3] % unit != 0 || x.Shape[2] * x.Shape[3] == 0)
        {
            throw new ShapeException("unet", $"[N, {_inChannels}, H, W] with H and W multiples of {unit}", x.Shape.ToString(),
                $"pad or resize the images; {_levels} levels halve them {_levels} times");
        }

        var skips = new List<Tensor>();
        foreach (DoubleConvolution down in _down)
        {
            skips.Add(down.Call(x));
            x = skips[^1].MaxPool2d(2, 2);
        }

        x = _bottom.Call(x);
        for (int level = _levels - 1; level >= 0; level--)
        {
            Tensor skip = skips[level];
            Tensor raised = x.UpsampleBilinear2d((skip.Shape[2], skip.Shape[3]));
            skip = _skips[level] switch
            {
                null => skip,
                AttentionGate gate => gate.Call(raised, skip),
                { } attention => attention.Call(skip),
            };
            x = _up[level].Call(Tensor.Concat([skip, raised], 1));
        }

        return _head.Call(x);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => ResidualInitialization.KaimingConvolutions(this, generator);

    private static string Name(string kind, int level) => string.Create(CultureInfo.InvariantCulture, $"{kind}{level}");

    private DoubleConvolution MakeBlock(AttentionSlots slots, string name, int inChannels, int channels, SlotShape slot) =>
        Register(name, new DoubleConvolution(inChannels, channels, slots.ForBlock(name, slot)));

    /// <summary>Hands out attention gates to the skips.</summary>
    private sealed class SkipGates
    {
        private readonly AttentionPlacement? _placement;
        private readonly HashSet<string>? _named;

        public SkipGates(AttentionPlacement? placement, bool isActive)
        {
            _placement = placement;
            _named = isActive && placement!.At is not (AttentionPlacement.Blocks or AttentionPlacement.Stages)
                ? [.. placement.At.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
                : null;
        }

        public Module? Make(string name, int gatingChannels, int channels) => _named is null || _named.Remove(name)
            ? Catalog.Find(GateKey).CreateFor(new SlotShape(channels, 0, 0), Options(gatingChannels))
            : null;

        public void CheckAllUsed(IEnumerable<string> skips)
        {
            if (_named is { Count: > 0 })
            {
                throw new OptionException("unet",
                    $"attention-at: {GateKey} has no place {string.Join(", ", _named.Order())}; its places are blocks or stages (all skips), {string.Join(", ", skips)}.");
            }
        }

        private JsonObject Options(int gatingChannels)
        {
            JsonObject options = _placement!.Options.DeepClone().AsObject();
            options.TryAdd("gatingChannels", gatingChannels);
            return options;
        }
    }
}
