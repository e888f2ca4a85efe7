using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// The residual network for ImageNet-sized images (He et al. 2016): a 7×7 stem with stride 2, max pooling, four stages, global average
/// pooling, a linear classifier. Names are torchvision's: <c>conv1</c>, <c>bn1</c>, <c>layer{1…4}.i.*</c>, <c>fc</c>.
/// </summary>
public sealed class ResNet : Module
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly MaxPool2d _pool = new(3, 2, 1);
    private readonly List<Module> _stages = [];
    private readonly Linear _fc;

    /// <summary>Creates the network.</summary>
    /// <param name="depth">18, 34 (basic blocks), 50, 101 or 152 (bottlenecks).</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">There is no such depth, or the attention does not fit.</exception>
    public ResNet(int depth, ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var stages = new ResNetStages(depth);
        var slots = new AttentionSlots(options.Attention);
        var places = new List<string>();
        _conv1 = Register("conv1", new Conv2d(options.InChannels, stages.Channels(0), 7, 2, 3, bias: false));
        _bn1 = Register("bn1", new BatchNorm2d(stages.Channels(0)));
        int size = (options.ImageSize + 3) / 4;
        for (int stage = 1; stage <= ResNetStages.Count; stage++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"layer{stage}");
            size = stage == 1 ? size : (size + 1) / 2;
            var slot = new SlotShape(stages.Channels(stage), size, size);
            Sequential layer = stages.Build(stage, block =>
            {
                places.Add(block);
                return slots.ForBlock(block, slot);
            });
            places.Add(name);
            _stages.Add(Register(name, layer));
            if (slots.ForStage(name, slot, stage == ResNetStages.Count) is { } between)
            {
                _stages.Add(Register($"attention{stage}", between));
            }
        }

        slots.CheckAllUsed("resnet", places);
        _fc = Register("fc", new Linear(stages.Channels(ResNetStages.Count), options.Classes));
        ResidualInitialization.DrawUnlessDeferred(this);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("resnet", x, _conv1.InChannels);
        Tensor y = _pool.Call(_bn1.CallFused(_conv1.Call(x), relu: true));
        foreach (Module stage in _stages)
        {
            y = stage.Call(y);
        }

        return _fc.Call(y.GlobalAvgPool());
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => ResidualInitialization.KaimingConvolutions(this, generator);
}
