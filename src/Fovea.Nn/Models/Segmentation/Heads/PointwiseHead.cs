using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// PSANet's head as mmsegmentation has it: point-wise spatial attention in both directions appended to the map, a 3×3 convolution, dropout of
/// whole maps, a 1×1 convolution to the classes.
/// <para>Shapes: <c>x: [N, C, H, W] → [N, classes, H, W]</c>. Parameters: <c>psa.*</c>, <c>bottleneck.{conv,bn}</c>, <c>conv_seg</c>. The windows
/// of the attention see all of an image of the size that the model is built for; larger images have pairs outside of them.</para>
/// </summary>
internal sealed class PointwiseHead : Module
{
    private const string Classifier = "conv_seg";
    private const double Dropped = 0.1;
    private const int Shrink = 2;
    private readonly PointwiseSpatialAttention _attention;
    private readonly ConvNorm _bottleneck;
    private readonly Dropout2d _dropout;
    private readonly Conv2d _classes;

    private PointwiseHead(HeadSite site)
    {
        Size2 shrunk = site.Map.Over(Shrink);
        _attention = Register("psa", new PointwiseSpatialAttention(site.Channels, (2 * shrunk.Height) - 1, (2 * shrunk.Width) - 1)
        {
            MidChannels = site.Inside,
            ShrinkFactor = Shrink,
            Resizing = PointwiseResizing.Mmseg,
        });
        _bottleneck = Register("bottleneck", new ConvNorm(2 * site.Channels, site.Inside, 3));
        _dropout = Register("dropout", new Dropout2d(Dropped));
        _classes = Register(Classifier, new Conv2d(site.Inside, site.Classes, 1));
    }

    /// <summary>Makes a head.</summary>
    public static SegmentationHead Of(HeadSite site) => new(new PointwiseHead(site), Classifier);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => _classes.Call(_dropout.Call(_bottleneck.Call(_attention.Call(x))));
}
