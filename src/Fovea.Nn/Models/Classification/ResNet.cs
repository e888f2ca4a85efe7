using Fovea.Layers;

namespace Fovea.Models;

/// <summary>What a residual network for ImageNet-sized images is beside its depth.</summary>
/// <param name="Depth">18, 34 (basic blocks), 50, 101 or 152 (bottlenecks).</param>
internal sealed record ResNetForm(int Depth)
{
    /// <summary>Groups of a bottleneck's 3×3 (default 1): ResNeXt's cardinality.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Channels of a group where a bottleneck has 64 planes (default 64; 128 is twice as wide).</summary>
    public int GroupWidth { get; init; } = 64;

    /// <summary>How it starts (default: one 7×7).</summary>
    public ResNetStem Stem { get; init; }

    /// <summary>Whether the stride of a shortcut is a mean over 2×2, as in ResNet-D (default false).</summary>
    public bool AveragesShortcut { get; init; }

    /// <summary>The mechanism that every bottleneck has by definition; null (default) for none.</summary>
    public OwnMechanism? Own { get; init; }

    /// <summary>Channels of the stem, an even number (default 64); those of the stages are in proportion.</summary>
    public int Width { get; init; } = 64;

    /// <summary>The stages.</summary>
    /// <exception cref="OptionException">There is no such depth.</exception>
    public ResNetStages Stages => new(Depth)
    {
        Width = Width,
        Groups = Groups,
        GroupWidth = GroupWidth,
        AveragesShortcut = AveragesShortcut,
        Own = Own,
    };
}

/// <summary>
/// The residual network for ImageNet-sized images (He et al. 2016): a 7×7 stem with stride 2, max pooling, four stages, global average
/// pooling, a linear classifier. Names are torchvision's: <c>conv1</c>, <c>bn1</c>, <c>layer{1…4}.i.*</c>, <c>fc</c>. ResNeXt (Xie et al. 2017), wide
/// ResNets (Zagoruyko and Komodakis 2016) and timm's forms with mechanisms are the same network with other numbers and parts.
/// </summary>
public sealed class ResNet : Module
{
    private readonly int _inChannels;
    private readonly ResNetTrunk _trunk;
    private readonly Linear _fc;

    /// <summary>Creates the network.</summary>
    /// <param name="depth">18, 34 (basic blocks), 50, 101 or 152 (bottlenecks).</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">There is no such depth, or the attention does not fit.</exception>
    public ResNet(int depth, ModelOptions options)
        : this(new ResNetForm(depth), options)
    {
    }

    internal ResNet(ResNetForm form, ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _inChannels = options.InChannels;
        ResNetStages stages = form.Stages;
        var slots = new AttentionSlots(options.Attention);
        var places = new TrunkPlaces(slots);
        _trunk = new ResNetTrunk(stages, options, places, Register, form.Stem);
        slots.CheckAllUsed("resnet", places.Names);
        _fc = Register("fc", new Linear(stages.Channels(ResNetStages.Count), options.Classes));
        ResidualInitialization.DrawUnlessDeferred(this);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("resnet", x, _inChannels);
        return _fc.Call(_trunk.Maps(x)[^1].GlobalAvgPool());
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => ResidualInitialization.KaimingConvolutions(this, generator);
}
