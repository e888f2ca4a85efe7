using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// The residual network for small images (He et al. 2016, section 4.2): a 3×3 stem, three stages of n basic blocks with 16, 32 and 64
/// channels, global average pooling, a linear classifier; 6n + 2 layers. Shortcuts are of option A. Parameters: <c>conv1</c>,
/// <c>bn1</c>, <c>layer{1,2,3}.i.*</c>, <c>linear</c>.
/// </summary>
public sealed class CifarResNet : Module
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly List<Module> _stages = [];
    private readonly Linear _linear;

    /// <summary>Creates the network.</summary>
    /// <param name="depth">6n + 2: 8, 14, 20, 32, 44, 56, 110.</param>
    /// <param name="options">Classes and attention.</param>
    /// <param name="stemStride">Stride of the stem: 1 for 32×32 images as in the paper, 2 for 64×64 at the same cost.</param>
    /// <exception cref="OptionException">The depth is not 6n + 2, or the attention does not fit.</exception>
    public CifarResNet(int depth, ModelOptions options, int stemStride = 1)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (depth < 8 || (depth - 2) % 6 != 0)
        {
            throw new OptionException("resnet-cifar", $"depth: expected 6n + 2 (8, 14, 20, 32, 44, 56, 110), got {depth}.");
        }

        int blocks = (depth - 2) / 6;
        var slots = new AttentionSlots(options.Attention);
        var places = new List<string>();
        _conv1 = Register("conv1", new Conv2d(options.InChannels, 16, 3, stemStride, 1, bias: false));
        _bn1 = Register("bn1", new BatchNorm2d(16));
        int channels = 16;
        Size2 size = options.ImageSize.Over(stemStride);
        for (int stage = 1; stage <= 3; stage++)
        {
            string name = $"layer{stage}";
            int planes = 8 << stage;
            size = stage == 1 ? size : size.Over(2);
            var slot = new SlotShape(planes, size);
            var layer = new List<Module>();
            for (int i = 0; i < blocks; i++)
            {
                string block = string.Create(CultureInfo.InvariantCulture, $"{name}.{i}");
                places.Add(block);
                layer.Add(new BasicBlock(channels, planes, stage > 1 && i == 0 ? 2 : 1, Shortcut.ZeroPad, slots.ForBlock(block, slot)));
                channels = planes;
            }

            places.Add(name);
            _stages.Add(Register(name, new Sequential([.. layer])));
            if (slots.ForStage(name, slot, stage == 3) is { } between)
            {
                _stages.Add(Register($"attention{stage}", between));
            }
        }

        slots.CheckAllUsed("resnet-cifar", places);
        _linear = Register("linear", new Linear(64, options.Classes));
        ResidualInitialization.DrawUnlessDeferred(this);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Tensor y = _bn1.CallFused(_conv1.Call(x), relu: true);
        foreach (Module stage in _stages)
        {
            y = stage.Call(y);
        }

        return _linear.Call(y.GlobalAvgPool());
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => ResidualInitialization.KaimingConvolutions(this, generator);
}
