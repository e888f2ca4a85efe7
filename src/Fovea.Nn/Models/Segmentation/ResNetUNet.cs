using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// A U-Net whose encoder is a ResNet: the maps of the stem and of the four stages are the skips of five decoder blocks, each doubling the
/// map (nearest), joining the skip, and convolving twice (256, 128, 64, 32, 16 channels); a 3×3 convolution gives the classes.
/// <para>Shapes: <c>x: [N, C, H, W] → [N, classes, H, W]</c>; H and W divide by 32. Names are segmentation_models.pytorch's:
/// <c>encoder.*</c> as in ResNet, <c>decoder.blocks.{0…4}.{conv1,conv2}.{0,1}</c>, <c>segmentation_head.0</c>.</para>
/// <para>Attention: <c>blocks</c> are the decoder's, where a mechanism judges the joined maps (<c>attention1</c>) and the result
/// (<c>attention2</c>), as that library's scse does; <c>stages</c> are the skips. Named places are <c>encoder.layer1.0</c> …,
/// <c>decoder.blocks.0</c> … and <c>skip0</c> …. The last block has no skip: its <c>attention1</c> is there for the names' sake, unused.</para>
/// </summary>
public sealed class ResNetUNet : Module
{
    private const int Unit = 32;
    private static readonly int[] s_decoder = [256, 128, 64, 32, 16];
    private readonly int _inChannels;
    private readonly Encoder _encoder;
    private readonly DecoderBlock[] _blocks;
    private readonly Module?[] _skips = new Module?[ResNetStages.Count];
    private readonly Conv2d _head;

    /// <summary>Creates the network.</summary>
    /// <param name="depth">Of the encoder: 18, 34 (basic blocks), 50, 101 or 152 (bottlenecks).</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">There is no such depth, or the attention does not fit.</exception>
    public ResNetUNet(int depth, ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _inChannels = options.InChannels;
        var stages = new ResNetStages(depth);
        var slots = new AttentionSlots(options.Attention);
        var trunk = new TrunkPlaces(slots, "encoder.", onlyNamed: true);
        _encoder = Register("encoder", new Encoder(stages, options, trunk));
        List<string> places = [.. trunk.Names];
        _blocks = new DecoderBlock[s_decoder.Length];
        int channels = stages.Channels(ResNetStages.Count);
        for (int i = 0; i < _blocks.Length; i++)
        {
            // Block i joins the skip of half the reduction of what comes in: /16, /8, /4, /2, and none at full size.
            int level = ResNetStages.Count - 1 - i;
            int skip = level >= 0 ? stages.Channels(level) : 0;
            Size2 size = options.ImageSize.Over(1 << Math.Max(0, level + 1));
            if (level >= 0)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"skip{i}");
                places.Add(name);
                _skips[i] = slots.ForStage(name, new SlotShape(skip, size), isLast: false);
            }

            _blocks[i] = new DecoderBlock(channels + skip, s_decoder[i], Pair(slots, i, channels + skip, size, places));
            channels = s_decoder[i];
        }

        Register("decoder", new Sequential([("blocks", new Sequential(_blocks))]));
        for (int i = 0; i < _skips.Length; i++)
        {
            if (_skips[i] is { } attention)
            {
                Register(string.Create(CultureInfo.InvariantCulture, $"skip{i}_attention"), attention);
            }
        }

        slots.CheckAllUsed("unet-resnet", places);
        _head = new Conv2d(channels, options.Classes, 3, padding: 1);
        Register("segmentation_head", new Sequential(_head));
        ResidualInitialization.DrawUnlessDeferred(this);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("unet-resnet", x, _inChannels);
        if (x.Shape[2] % Unit != 0 || x.Shape[3] % Unit != 0 || x.Shape[2] * x.Shape[3] == 0)
        {
            throw new ShapeException("unet-resnet", $"[N, {_inChannels}, H, W] with H and W multiples of {Unit}", x.Shape.ToString(), "pad or resize the images");
        }

        List<Tensor> maps = _encoder.Maps(x);
        Tensor y = maps[^1];
        for (int i = 0; i < _blocks.Length; i++)
        {
            Tensor? skip = i < _skips.Length ? maps[^(i + 2)] : null;
            y = _blocks[i].Join(y, skip is null ? null : _skips[i]?.Call(skip) ?? skip);
        }

        return _head.Call(y);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => ResidualInitialization.KaimingConvolutions(this, generator);

    private static (Module? Before, Module? After) Pair(AttentionSlots slots, int block, int joined, Size2 size, List<string> places)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"decoder.blocks.{block}");
        places.Add(name);
        return slots.PairForBlock(name, new SlotShape(joined, size), new SlotShape(s_decoder[block], size));
    }

    /// <summary>The ResNet without its classifier.</summary>
    private sealed class Encoder : Module
    {
        private readonly ResNetTrunk _trunk;

        public Encoder(ResNetStages stages, ModelOptions options, TrunkPlaces places) => _trunk = new ResNetTrunk(stages, options, places, Register);

        /// <summary>The map of the stem, and of each stage.</summary>
        public List<Tensor> Maps(Tensor x) => _trunk.Maps(x);

        protected override Tensor Forward(Tensor x) => Maps(x)[^1];
    }

    /// <summary>Twice the size, joined with the skip, two convolutions.</summary>
    private sealed class DecoderBlock : Module
    {
        private readonly (Conv2d Conv, BatchNorm2d Norm) _first;
        private readonly (Conv2d Conv, BatchNorm2d Norm) _second;
        private readonly Module? _before;
        private readonly Module? _after;

        public DecoderBlock(int from, int to, (Module? Before, Module? After) attention)
        {
            _first = Convolution("conv1", from, to);
            _before = attention.Before is null ? null : Register("attention1", attention.Before);
            _second = Convolution("conv2", to, to);
            _after = attention.After is null ? null : Register("attention2", attention.After);
        }

        public Tensor Join(Tensor x, Tensor? skip)
        {
            Tensor y = x.UpsampleNearest2d((2 * x.Shape[2], 2 * x.Shape[3]));
            if (skip is not null)
            {
                y = Tensor.Concat([y, skip], 1);
                y = _before?.Call(y) ?? y;
            }

            y = _first.Norm.CallFused(_first.Conv.Call(y), relu: true);
            y = _second.Norm.CallFused(_second.Conv.Call(y), relu: true);
            return _after?.Call(y) ?? y;
        }

        protected override Tensor Forward(Tensor x) => Join(x, null);

        private (Conv2d Conv, BatchNorm2d Norm) Convolution(string name, int from, int to)
        {
            (Conv2d conv, BatchNorm2d norm) = (new Conv2d(from, to, 3, padding: 1, bias: false), new BatchNorm2d(to));
            Register(name, new Sequential(conv, norm));
            return (conv, norm);
        }
    }
}
