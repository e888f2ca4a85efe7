using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// The plain network of 3×3 convolutions, with batch norm or without (Simonyan and Zisserman 2015): five stages of convolutions, each followed by max
/// pooling, adaptive pooling to 7×7 and three linear layers. Names are torchvision's: <c>features.N</c>, <c>classifier.{0,3,6}</c>, so
/// its weights load as they are. Attention stands after a convolution's ReLU, as <c>attention.NAME</c>; places are the
/// convolutions' names (<c>features.0</c>) and the stages (<c>stage1</c> … <c>stage5</c>, before the pooling).
/// </summary>
public sealed class Vgg : Module
{
    private const int PooledSide = 7;
    private readonly List<(Conv2d Conv, BatchNorm2d? Norm, Module? Attention, bool EndsStage)> _layers = [];
    private readonly int _inChannels;
    private readonly Linear[] _classifier;
    private readonly Dropout[] _dropouts;

    /// <summary>Creates the network.</summary>
    /// <param name="depth">11, 13, 16 or 19 layers with weights.</param>
    /// <param name="options">Classes and attention.</param>
    /// <param name="batchNorm">Whether batch norm follows each convolution (default true).</param>
    /// <param name="hidden">Features of the linear layers before the last (default 4096).</param>
    /// <exception cref="OptionException">There is no such depth, or the attention does not fit.</exception>
    public Vgg(int depth, ModelOptions options, bool batchNorm = true, int hidden = 4096)
    {
        ArgumentNullException.ThrowIfNull(options);
        int[] counts = depth switch
        {
            11 => [1, 1, 2, 2, 2],
            13 => [2, 2, 2, 2, 2],
            16 => [2, 2, 3, 3, 3],
            19 => [2, 2, 4, 4, 4],
            _ => throw new OptionException("vgg", $"depth: expected 11, 13, 16 or 19, got {depth}."),
        };
        _inChannels = options.InChannels;
        int channels = BuildFeatures(counts, options, batchNorm);
        _classifier =
        [
            new(channels * PooledSide * PooledSide, hidden), new(hidden, hidden), new(hidden, options.Classes),
        ];
        _dropouts = [new(), new()];
        Register("classifier", new Sequential(
        [
            ("0", _classifier[0]), ("2", _dropouts[0]), ("3", _classifier[1]), ("5", _dropouts[1]), ("6", _classifier[2]),
        ]));
        ResidualInitialization.DrawUnlessDeferred(this);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("vgg", x, _inChannels);
        if (x.Shape[2] < 32 || x.Shape[3] < 32)
        {
            throw new ShapeException("vgg", $"[N, {_inChannels}, H, W] with H and W at least 32", x.Shape.ToString(), "five poolings halve it; resize the images");
        }

        foreach ((Conv2d conv, BatchNorm2d? norm, Module? attention, bool endsStage) in _layers)
        {
            x = conv.Call(x);
            x = norm?.CallFused(x, relu: true) ?? x.Relu();
            x = attention?.Call(x) ?? x;
            x = endsStage ? x.MaxPool2d(2, 2) : x;
        }

        x = x.AdaptiveAvgPool2d((PooledSide, PooledSide)).Flatten();
        x = _dropouts[0].Call(_classifier[0].Call(x).Relu());
        x = _dropouts[1].Call(_classifier[1].Call(x).Relu());
        return _classifier[2].Call(x);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => ResidualInitialization.KaimingConvolutions(this, generator);

    private int BuildFeatures(int[] counts, ModelOptions options, bool batchNorm)
    {
        var slots = new AttentionSlots(options.Attention);
        var places = new List<string>();
        var features = new List<(string, Module)>();
        var attentions = new List<(string, Module)>();
        int channels = options.InChannels;
        int number = 0;
        Size2 size = options.ImageSize;
        for (int stage = 1; stage <= counts.Length; stage++)
        {
            int planes = Math.Min(512, 32 << stage);
            var slot = new SlotShape(planes, size);
            for (int i = 0; i < counts[stage - 1]; i++)
            {
                bool ends = i == counts[stage - 1] - 1;
                string name = number.ToString(CultureInfo.InvariantCulture);
                Conv2d conv = new(channels, planes, 3, padding: 1);
                BatchNorm2d? norm = batchNorm ? new(planes) : null;
                features.Add((name, conv));
                if (norm is not null)
                {
                    features.Add(((number + 1).ToString(CultureInfo.InvariantCulture), norm));
                }

                places.Add($"features.{name}");
                Module? attention = slots.ForBlock($"features.{name}", slot);
                if (ends)
                {
                    Module? between = slots.ForStage($"stage{stage}", slot, stage == counts.Length);
                    attention = attention is not null && between is not null ? new Sequential(attention, between) : attention ?? between;
                }

                if (attention is not null)
                {
                    attentions.Add((name, attention));
                }

                _layers.Add((conv, norm, attention, ends));
                channels = planes;

                // Convolution, batch norm and ReLU take a number each, and so does the pooling.
                number += (batchNorm ? 3 : 2) + (ends ? 1 : 0);
            }

            places.Add($"stage{stage}");
            size = new(size.Height / 2, size.Width / 2);
        }

        slots.CheckAllUsed("vgg", places);
        Register("features", new Sequential(features));
        if (attentions.Count > 0)
        {
            Register("attention", new Sequential(attentions));
        }

        return channels;
    }
}
