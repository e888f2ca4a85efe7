using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// U-Net++ (Zhou et al., "UNet++: A Nested U-Net Architecture for Medical Image Segmentation", 2018): the skips of a U-Net are filled with
/// blocks, each of which takes all before it on its level and the next deeper one's raised bilinearly:
/// <c>x_{i,j} = H([x_{i,0}, …, x_{i,j−1}, ↑x_{i+1,j−1}])</c> with H two 3×3 convolutions with batch norm. A 1×1 convolution of the last block of the
/// first level gives the classes; there is no deep supervision.
/// <para>Shapes: <c>x: [N, C, H, W] → [N, classes, H, W]</c>; H and W divide by 2^levels. Parameters: <c>x{i}_{j}</c> with <c>conv1</c>, <c>bn1</c>,
/// <c>conv2</c>, <c>bn2</c> and <c>attention.*</c>, <c>head</c>.</para>
/// <para>Attention: places are the blocks <c>x0_0</c> … (inside, at their end) and, as boundaries of stages, <c>skip0</c> …: what each level's first
/// block gives to the others of its level.</para>
/// </summary>
public sealed class NestedUNet : Module
{
    private readonly int _inChannels;
    private readonly int _levels;
    private readonly DoubleConvolution[][] _blocks;
    private readonly Module?[] _skips;
    private readonly Conv2d _head;

    /// <summary>Creates the network.</summary>
    /// <param name="width">Channels of the first level, at least 1; they double on every level.</param>
    /// <param name="levels">Times that the map is halved, 1 to 6.</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">The width or the levels are out of range, or the attention does not fit.</exception>
    public NestedUNet(int width, int levels, ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (width < 1 || levels is < 1 or > 6)
        {
            throw new OptionException("unetplusplus", $"width and levels: expected a width of at least 1 and 1 to 6 levels, got {width} and {levels}.");
        }

        (_inChannels, _levels) = (options.InChannels, levels);
        var slots = new AttentionSlots(options.Attention);
        var places = new List<string>();
        _blocks = [.. Enumerable.Range(0, levels + 1).Select(i => new DoubleConvolution[levels + 1 - i])];
        _skips = new Module?[levels];
        for (int j = 0; j <= levels; j++)
        {
            for (int i = 0; i + j <= levels; i++)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"x{i}_{j}");
                places.Add(name);
                int channels = width << i;
                int from = j > 0 ? (j * channels) + (2 * channels) : i > 0 ? channels / 2 : options.InChannels;
                _blocks[i][j] = Register(name, new DoubleConvolution(from, channels, slots.ForBlock(name, SlotAt(i))));
            }
        }

        for (int i = 0; i < levels; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"skip{i}");
            places.Add(name);
            _skips[i] = slots.ForStage(name, SlotAt(i), isLast: false);
            if (_skips[i] is { } skip)
            {
                Register($"{name}_attention", skip);
            }
        }

        slots.CheckAllUsed("unetplusplus", places);
        _head = Register("head", new Conv2d(width, options.Classes, 1));
        ResidualInitialization.DrawUnlessDeferred(this);

        SlotShape SlotAt(int level) => new(width << level, options.ImageSize.Over(1 << level));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("unetplusplus", x, _inChannels);
        int unit = 1 << _levels;
        if (x.Shape[2] % unit != 0 || x.Shape[3] % unit != 0 || x.Shape[2] * x.Shape[3] == 0)
        {
            throw new ShapeException("unetplusplus", $"[N, {_inChannels}, H, W] with H and W multiples of {unit}", x.Shape.ToString(),
                $"pad or resize the images; {_levels} levels halve them {_levels} times");
        }

        var maps = new List<Tensor>[_levels + 1];
        for (int i = 0; i <= _levels; i++)
        {
            Tensor y = _blocks[i][0].Call(x);
            maps[i] = [i < _levels ? _skips[i]?.Call(y) ?? y : y];
            x = i < _levels ? y.MaxPool2d(2, 2) : y;
        }

        for (int j = 1; j <= _levels; j++)
        {
            for (int i = 0; i + j <= _levels; i++)
            {
                Tensor deeper = maps[i + 1][j - 1];
                Tensor raised = deeper.UpsampleBilinear2d((maps[i][0].Shape[2], maps[i][0].Shape[3]));
                maps[i].Add(_blocks[i][j].Call(Tensor.Concat([.. maps[i], raised], 1)));
            }
        }

        return _head.Call(maps[0][^1]);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => ResidualInitialization.KaimingConvolutions(this, generator);
}
