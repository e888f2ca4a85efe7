using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// FCOS on a ResNet with a feature pyramid (Tian et al., "FCOS: A simple and strong anchor-free object detector", 2020): at every position of
/// the levels P3 to P7 the logits of the classes, the distances to the box's four sides in units of the level's stride, and a logit for how
/// central the position is in its box.
/// <para>Shapes: <c>x: [N, C, H, W] → [N, A, classes + 5]</c> of any H and W; a column for each class, left, top, right, bottom, centreness.
/// Names are torchvision's: <c>backbone.body.*</c>, <c>backbone.fpn.*</c>, <c>head.classification_head.{conv.*,cls_logits}</c>,
/// <c>head.regression_head.{conv.*,bbox_reg,bbox_ctrness}</c>.</para>
/// <para>Attention: blocks and stages are the backbone's, <c>neck</c> stands behind every level of the pyramid. torchvision freezes the
/// backbone's batch norms where its weights were given; freezing <c>backbone.body</c> does so here.</para>
/// </summary>
public sealed class Fcos : PyramidDetector
{
    private const int Groups = 32;

    /// <summary>Creates the network.</summary>
    /// <param name="depth">Of the ResNet: 18, 34, 50, 101 or 152.</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">There is no such depth, or the attention does not fit.</exception>
    public Fcos(int depth, ModelOptions options)
        : base("fcos", depth, options, static classes => new FcosScheme(classes),
            static classes => new HeadBranch(Tower(), (HeadBranch.Logits, HeadBranch.Convolution(classes))),
            static () => new HeadBranch(Tower(), ("bbox_reg", HeadBranch.Convolution(4)), ("bbox_ctrness", HeadBranch.Convolution(1))))
    {
    }

    private protected override Tensor Rows(Tensor[] classification, Tensor[] regression) =>
        HeadBranch.Rows(1, classification[0], regression[0].Relu(), regression[1]);

    private static Sequential Tower() => new(
    [
        .. Enumerable.Range(0, 4).SelectMany<int, Module>(_ =>
            [HeadBranch.Convolution(FeaturePyramid.Width), new GroupNorm(Groups, FeaturePyramid.Width), new ReLU()]),
    ]);
}
