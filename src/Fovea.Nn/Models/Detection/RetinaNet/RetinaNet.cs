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
public sealed class RetinaNet : PyramidDetector
{
    /// <summary>Creates the network.</summary>
    /// <param name="depth">Of the ResNet: 18, 34, 50, 101 or 152.</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">There is no such depth, or the attention does not fit.</exception>
    public RetinaNet(int depth, ModelOptions options)
        : base("retinanet", depth, options, static classes => new RetinaNetScheme(classes),
            static classes => new HeadBranch(Tower(), (HeadBranch.Logits, HeadBranch.Convolution(RetinaNetScheme.Anchors * classes))),
            static () => new HeadBranch(Tower(), ("bbox_reg", HeadBranch.Convolution(RetinaNetScheme.Anchors * 4))))
    {
    }

    private protected override Tensor Rows(Tensor[] classification, Tensor[] regression) =>
        HeadBranch.Rows(RetinaNetScheme.Anchors, classification[0], regression[0]);

    // A sequence around each convolution, for the names' sake.
    private static Sequential Tower() => new(
        [.. Enumerable.Range(0, 4).Select(_ => new Sequential(HeadBranch.Convolution(FeaturePyramid.Width), new ReLU()))]);
}
