using System.Globalization;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// PSPNet's head (Zhao et al., "Pyramid Scene Parsing Network", 2017): means over 1, 2×2, 3×3 and 6×6 parts of the map, each convolved 1×1 and
/// enlarged bilinearly, joined with the map and convolved 3×3; dropout of whole maps, a 1×1 convolution to the classes.
/// <para>Shapes: <c>x: [N, C, H, W] → [N, classes, H, W]</c>. Names are mmsegmentation's: <c>psp_modules.i.1.{conv,bn}</c>,
/// <c>bottleneck.{conv,bn}</c>, <c>conv_seg</c>.</para>
/// </summary>
internal sealed class PyramidHead : Module
{
    private const string Classifier = "conv_seg";
    private const double Dropped = 0.1;
    private static readonly int[] s_parts = [1, 2, 3, 6];
    private readonly ConvNorm[] _pooled;
    private readonly ConvNorm _join;
    private readonly Dropout2d _dropout;
    private readonly Conv2d _classes;

    private PyramidHead(HeadSite site)
    {
        _pooled = [.. s_parts.Select(_ => new ConvNorm(site.Channels, site.Inside, 1))];
        Register("psp_modules", new Sequential(
            [.. _pooled.Select((conv, i) => (i.ToString(CultureInfo.InvariantCulture), (Module)new Sequential([("1", conv)])))]));
        _join = Register("bottleneck", new ConvNorm(site.Channels + (s_parts.Length * site.Inside), site.Inside, 3));
        _dropout = Register("dropout", new Dropout2d(Dropped));
        _classes = Register(Classifier, new Conv2d(site.Inside, site.Classes, 1));
    }

    /// <summary>Makes a head.</summary>
    public static SegmentationHead Of(HeadSite site) => new(new PyramidHead(site), Classifier);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Size2 size = (x.Shape[2], x.Shape[3]);
        Tensor[] maps = [x, .. s_parts.Zip(_pooled, (parts, conv) => conv.Call(x.AdaptiveAvgPool2d((parts, parts))).UpsampleBilinear2d(size))];
        return _classes.Call(_dropout.Call(_join.Call(Tensor.Concat(maps, 1))));
    }
}
