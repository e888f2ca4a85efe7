using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// The residual network for ImageNet-sized images (He et al. 2016): a 7×7 stem with stride 2, max pooling, four stages, global average
/// pooling, a linear classifier. Names are torchvision's: <c>conv1</c>, <c>bn1</c>, <c>layer{1…4}.i.*</c>, <c>fc</c>.
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
    {
        ArgumentNullException.ThrowIfNull(options);
        _inChannels = options.InChannels;
        var stages = new ResNetStages(depth);
        var slots = new AttentionSlots(options.Attention);
        var places = new TrunkPlaces(slots);
        _trunk = new ResNetTrunk(stages, options, places, Register);
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
