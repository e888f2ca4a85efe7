using Fovea.Layers;

namespace Fovea.Models;

/// <summary>torchvision's head of FCN: a 3×3 convolution to a quarter of the channels, dropout, a 1×1 to the classes; <c>0</c>, <c>1</c>, <c>4</c>.</summary>
internal sealed class TorchvisionFcnHead : Module
{
    private const string Classifier = "4";
    private const double Dropped = 0.1;
    private readonly Conv2d _conv;
    private readonly BatchNorm2d _norm;
    private readonly Dropout _dropout;
    private readonly Conv2d _classes;

    private TorchvisionFcnHead(HeadSite site)
    {
        _conv = Register("0", new Conv2d(site.Channels, site.Inside, 3, padding: 1, bias: false));
        _norm = Register("1", new BatchNorm2d(site.Inside));
        _dropout = Register("3", new Dropout(Dropped));
        _classes = Register(Classifier, new Conv2d(site.Inside, site.Classes, 1));
    }

    /// <summary>Makes a head.</summary>
    public static SegmentationHead Of(HeadSite site) => new(new TorchvisionFcnHead(site), Classifier);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => _classes.Call(_dropout.Call(_norm.CallFused(_conv.Call(x), relu: true)));
}
