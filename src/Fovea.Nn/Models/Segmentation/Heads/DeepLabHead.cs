using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// torchvision's head of DeepLab v3 (Chen et al., "Rethinking Atrous Convolution for Semantic Image Segmentation", 2017): a 1×1 convolution, 3×3
/// convolutions with dilations 12, 24 and 36 and the mean of the map side by side, projected 1×1 with dropout, a 3×3, a 1×1 to the classes. Names:
/// <c>0.convs.{0…4}</c>, <c>0.project</c>, <c>1</c>, <c>2</c>, <c>4</c>.
/// </summary>
internal sealed class DeepLabHead : Module
{
    private const string Classifier = "4";
    private const int Inside = 256;
    private readonly Conv2d _conv;
    private readonly BatchNorm2d _norm;
    private readonly Conv2d _classes;
    private readonly Pyramid _pyramid;

    private DeepLabHead(HeadSite site)
    {
        _pyramid = Register("0", new Pyramid(site.Channels));
        _conv = Register("1", new Conv2d(Inside, Inside, 3, padding: 1, bias: false));
        _norm = Register("2", new BatchNorm2d(Inside));
        _classes = Register(Classifier, new Conv2d(Inside, site.Classes, 1));
    }

    /// <summary>Makes a head.</summary>
    public static SegmentationHead Of(HeadSite site) => new(new DeepLabHead(site), Classifier);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => _classes.Call(_norm.CallFused(_conv.Call(_pyramid.Call(x)), relu: true));

    /// <summary>Atrous spatial pyramid pooling.</summary>
    private sealed class Pyramid : Module
    {
        private const double Dropped = 0.5;
        private static readonly int[] s_dilations = [12, 24, 36];
        private readonly ConvNorm[] _convs;
        private readonly ConvNorm _mean;
        private readonly ConvNorm _project;
        private readonly Dropout _dropout = new(Dropped);

        public Pyramid(int channels)
        {
            _convs =
            [
                new(channels, Inside, 1, names: ConvNorm.Numbers), .. s_dilations.Select(d => new ConvNorm(channels, Inside, 3, d, ConvNorm.Numbers)),
            ];

            // Behind the pooling, which takes a number.
            _mean = new(channels, Inside, 1, names: ("1", "2"));
            Register("convs", new Sequential([.. _convs, _mean]));
            _project = new((_convs.Length + 1) * Inside, Inside, 1, names: ConvNorm.Numbers);
            Register("project", _project);
            Register("dropout", _dropout);
        }

        protected override Tensor Forward(Tensor x)
        {
            Tensor mean = _mean.Call(x.Mean([2, 3], keepDim: true)).UpsampleBilinear2d((x.Shape[2], x.Shape[3]));
            return _dropout.Call(_project.Call(Tensor.Concat([.. _convs.Select(c => c.Call(x)), mean], 1)));
        }
    }
}
