using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// Layer normalisation over the channels of each position of a map: <c>[N, C, H, W] → same</c>. Parameters: <c>weight</c> (ones), <c>bias</c> (zeros) [C].
/// </summary>
internal sealed class ChannelNorm : Module
{
    private readonly double _epsilon;
    private readonly Tensor _weight;
    private readonly Tensor _bias;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">C.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public ChannelNorm(int channels, double epsilon)
    {
        _epsilon = epsilon;
        _weight = RegisterParameter("weight", Tensor.Ones([channels]));
        _bias = RegisterParameter("bias", Tensor.Zeros([channels]));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("channel_norm", x, _weight.Shape[0]);
        Tensor y = MapLayouts.ToTokens(x).LayerNorm(_weight.Shape, _weight, _bias, _epsilon);
        return MapLayouts.ToMaps(y, x.Shape[2], x.Shape[3]);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        _weight.Fill(1);
        _bias.Fill(0);
    }
}
