using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// RetinaNet on a ResNet with a feature pyramid (Lin et al., "Focal Loss for Dense Object Detection", 2017): at every position of the levels P3
/// to P7 nine anchors of three sizes and three shapes, each with the logits of the classes and four numbers by which the anchor becomes a box.
/// <para>Shapes: <c>x: [N, C, H, W] → [N, A, classes + 4]</c> of any H and W; a column for each class, then the shift of the centre in units
/// of the anchor's width and height, and the logarithms of the factors of both. Names are torchvision's: <c>backbone.body.*</c>,
/// <c>backbone.fpn.*</c>, <c>head.classification_head.{conv.i.0,cls_logits}</c>, <c>head.regression_head.{conv.i.0,bbox_reg}</c>.</para>
/// <para>Attention: blocks and stages are the backbone's, <c>neck</c> stands behind every level of the pyramid. torchvision freezes the
/// backbone's batch norms where its weights were given; freezing <c>backbone.body</c> does so here.</para>
/// </summary>
public sealed class RetinaNet : Module, IDetector
{
    private readonly int _inChannels;
    private readonly PyramidBackbone _backbone;
    private readonly HeadBranch _classification;
    private readonly HeadBranch _regression;

    /// <summary>Creates the network.</summary>
    /// <param name="depth">Of the ResNet: 18, 34, 50, 101 or 152.</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">There is no such depth, or the attention does not fit.</exception>
    public RetinaNet(int depth, ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _inChannels = options.InChannels;
        Scheme = new RetinaNetScheme(options.Classes);
        _backbone = Register("backbone", new PyramidBackbone("retinanet", depth, options));
        _classification = new HeadBranch(Tower(), (HeadBranch.Logits, HeadBranch.Convolution(RetinaNetScheme.Anchors * options.Classes)));
        _regression = new HeadBranch(Tower(), ("bbox_reg", HeadBranch.Convolution(RetinaNetScheme.Anchors * 4)));

        // The layer with a row for each class is the last, as in every model: so weights for other classes find it.
        Register("head", new Sequential([("regression_head", _regression), ("classification_head", _classification)]));
    }

    /// <inheritdoc/>
    public DetectionScheme Scheme { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("retinanet", x, _inChannels);
        var rows = new List<Tensor>();
        foreach (Tensor level in _backbone.Levels(x))
        {
            rows.Add(HeadBranch.Rows(RetinaNetScheme.Anchors, _classification.Tops(level)[0], _regression.Tops(level)[0]));
        }

        return Tensor.Concat([.. rows], 1);
    }

    // A sequence around each convolution, for the names' sake.
    private static Sequential Tower() => new(
        [.. Enumerable.Range(0, 4).Select(_ => new Sequential(HeadBranch.Convolution(FeaturePyramid.Width), new ReLU()))]);
}
