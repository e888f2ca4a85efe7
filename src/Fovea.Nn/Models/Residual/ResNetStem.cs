using System.Globalization;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>How a ResNet starts.</summary>
internal enum ResNetStem
{
    /// <summary>One 7×7 with stride 2, then max pooling: <c>conv1</c>, <c>bn1</c>.</summary>
    Plain,

    /// <summary>ResNet-C's three 3×3, the first with stride 2, then max pooling; mmsegmentation's names <c>stem.{0,1,3,4,6,7}</c>.</summary>
    Deep,

    /// <summary>The same under timm's names: <c>conv1.{0,1,3,4,6}</c>, <c>bn1</c>.</summary>
    DeepOfTimm,

    /// <summary>timm's tiered stem: three 3×3 of ⅜, ½ and all of the channels, the first and the last with stride 2, no pooling; <c>stem.*</c>.</summary>
    Tiered,
}

/// <summary>Convolutions of a stem one after the other, each with batch norm and ReLU; names as of a sequence in which a ReLU takes a number.</summary>
internal sealed class StemLayers : Module
{
    private readonly List<(Conv2d Conv, BatchNorm2d? Norm)> _layers = [];

    /// <param name="widths">Channels before, between and behind the convolutions.</param>
    /// <param name="strides">Their strides.</param>
    /// <param name="endsInConvolution">Whether what follows the last convolution stands elsewhere.</param>
    private StemLayers(ReadOnlySpan<int> widths, ReadOnlySpan<int> strides, bool endsInConvolution = false)
    {
        for (int i = 0; i < strides.Length; i++)
        {
            bool isBare = endsInConvolution && i == strides.Length - 1;
            _layers.Add((
                Register(Number(3 * i), new Conv2d(widths[i], widths[i + 1], 3, strides[i], 1, bias: false)),
                isBare ? null : Register(Number((3 * i) + 1), new BatchNorm2d(widths[i + 1]))));
        }
    }

    /// <summary>Whether max pooling follows the stem.</summary>
    public static bool IsPooled(ResNetStem stem) => stem != ResNetStem.Tiered;

    /// <summary>Builds and registers a stem.</summary>
    /// <param name="stem">Which.</param>
    /// <param name="inChannels">Channels of the images.</param>
    /// <param name="channels">Channels of its map, a multiple of 8 for a tiered one, else even.</param>
    /// <param name="register">Registers a part with the module that has it.</param>
    /// <returns>What the stem computes.</returns>
    public static Func<Tensor, Tensor> Create(ResNetStem stem, int inChannels, int channels, Func<string, Module, Module> register)
    {
        int half = channels / 2;
        switch (stem)
        {
            case ResNetStem.Deep:
                return register("stem", new StemLayers([inChannels, half, half, channels], [2, 1, 1])).Call;
            case ResNetStem.Tiered:
                return register("stem", new StemLayers([inChannels, 3 * channels / 8, half, channels], [2, 1, 2])).Call;
            default:
                Module conv = stem == ResNetStem.Plain
                    ? new Conv2d(inChannels, channels, 7, 2, 3, bias: false)
                    : new StemLayers([inChannels, half, half, channels], [2, 1, 1], endsInConvolution: true);
                var norm = new BatchNorm2d(channels);
                register("conv1", conv);
                register("bn1", norm);
                return x => norm.CallFused(conv.Call(x), relu: true);
        }
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        foreach ((Conv2d conv, BatchNorm2d? norm) in _layers)
        {
            x = norm is null ? conv.Call(x) : norm.CallFused(conv.Call(x), relu: true);
        }

        return x;
    }

    private static string Number(int i) => i.ToString(CultureInfo.InvariantCulture);
}
