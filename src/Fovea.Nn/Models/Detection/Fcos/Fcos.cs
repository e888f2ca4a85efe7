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
public sealed class Fcos : Module, IDetector
{
    private const int Groups = 32;
    private readonly int _inChannels;
    private readonly PyramidBackbone _backbone;
    private readonly HeadBranch _classification;
    private readonly HeadBranch _regression;

    /// <summary>Creates the network.</summary>
    /// <param name="depth">Of the ResNet: 18, 34, 50, 101 or 152.</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">There is no such depth, or the attention does not fit.</exception>
    public Fcos(int depth, ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _inChannels = options.InChannels;
        Scheme = new FcosScheme(options.Classes);
        _backbone = Register("backbone", new PyramidBackbone("fcos", depth, options));
        _classification = new HeadBranch(Tower(), (HeadBranch.Logits, HeadBranch.Convolution(options.Classes)));
        _regression = new HeadBranch(Tower(), ("bbox_reg", HeadBranch.Convolution(4)), ("bbox_ctrness", HeadBranch.Convolution(1)));

        // The layer with a row for each class is the last, as in every model: so weights for other classes find it.
        Register("head", new Sequential([("regression_head", _regression), ("classification_head", _classification)]));
    }

    /// <inheritdoc/>
    public DetectionScheme Scheme { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("fcos", x, _inChannels);
        var rows = new List<Tensor>();
        foreach (Tensor level in _backbone.Levels(x))
        {
            Tensor[] box = _regression.Tops(level);
            rows.Add(HeadBranch.Rows(1, _classification.Tops(level)[0], box[0].Relu(), box[1]));
        }

        return Tensor.Concat([.. rows], 1);
    }

    private static Sequential Tower() => new(
    [
        .. Enumerable.Range(0, 4).SelectMany<int, Module>(_ =>
            [HeadBranch.Convolution(FeaturePyramid.Width), new GroupNorm(Groups, FeaturePyramid.Width), new ReLU()]),
    ]);
}
