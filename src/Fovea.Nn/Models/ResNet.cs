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
        int[] counts = depth switch
        {
            18 => [2, 2, 2, 2],
            34 or 50 => [3, 4, 6, 3],
            101 => [3, 4, 23, 3],
            152 => [3, 8, 36, 3],
            _ => throw new OptionException("resnet", $"depth: expected 18, 34, 50, 101 or 152, got {depth}."),
        };
        bool deep = depth >= 50;
        var slots = new AttentionSlots(options.Attention);
        var places = new List<string>();
        _conv1 = Register("conv1", new Conv2d(options.InChannels, 64, 7, 2, 3, bias: false));
        _bn1 = Register("bn1", new BatchNorm2d(64));
        int channels = 64;
        int size = (options.ImageSize + 3) / 4;
        for (int stage = 1; stage <= 4; stage++)
        {
            string name = $"layer{stage}";
            int planes = 32 << stage;
            int outChannels = deep ? planes * Bottleneck.Expansion : planes;
            size = stage == 1 ? size : (size + 1) / 2;
            var slot = new SlotShape(outChannels, size, size);
            var layer = new List<Module>();
            for (int i = 0; i < counts[stage - 1]; i++)
            {
                string block = string.Create(CultureInfo.InvariantCulture, $"{name}.{i}");
                places.Add(block);
                int stride = stage > 1 && i == 0 ? 2 : 1;
                Module? attention = slots.ForBlock(block, slot);
                layer.Add(deep
                    ? new Bottleneck(channels, planes, stride, attention)
                    : new BasicBlock(channels, planes, stride, Shortcut.Projection, attention));
                channels = outChannels;
            }

            places.Add(name);
            _stages.Add(Register(name, new Sequential([.. layer])));
            if (slots.ForStage(name, slot, stage == 4) is { } between)
            {
                _stages.Add(Register($"attention{stage}", between));
            }
        }

        slots.CheckAllUsed("resnet", places);
        _fc = Register("fc", new Linear(channels, options.Classes));
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
