using System.Globalization;
using Fovea.Attention;

namespace Fovea.Models;

/// <summary>The catalogue's networks of a dilated ResNet and a head: families, and the backbones that they come with.</summary>
internal static class SegmentationModels
{
    /// <summary>The task of models that give [N, classes, H, W].</summary>
    public const string Task = "Segment";

    private const int ImageSize = 256;
    private const double TorchvisionAuxiliaryWeight = 0.5;

    // DAHead has as many, whatever the channels are.
    private const int DualKeyChannels = 64;

    // mmcv's ratio of 1/4.
    private const int ContextReduction = 4;

    private static readonly (int Depth, bool DeepStem)[] s_plain = [(18, false), (50, false), (101, false)];
    private static readonly (int Depth, bool DeepStem)[] s_both = [(18, false), (50, false), (18, true), (50, true), (101, true)];

    /// <summary>Every one of them.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } =
    [
        .. Family("fcn", "FCN, as in torchvision", s_plain, Torchvision(TorchvisionFcnHead.Of)),
        .. Family("deeplabv3", "DeepLab v3, as in torchvision", s_plain, Torchvision(DeepLabHead.Of)),
        .. Family("pspnet", "PSPNet: means over parts of the map, as in mmsegmentation", s_both, Mmseg(PyramidHead.Of)),
        .. Family("danet", "DANet: position and channel attention side by side, as in mmsegmentation", s_both, Mmseg(Dual)),
        .. Family("ccnet", "CCNet: criss-cross attention twice, as in mmsegmentation", s_both, Mmseg(s => Attentive(s, "cca", new CrissCrossAttention(s.Inside)))),
        .. Family("psanet", "PSANet: point-wise spatial attention, as in mmsegmentation", s_both, Mmseg(PointwiseHead.Of)),
        .. Family("nonlocal", "A non-local block in the head, as in mmsegmentation", s_both, Mmseg(s => Attentive(s, "nl_block", new NonLocal(s.Inside) { Scale = true }))),
        .. Family("gcnet", "GCNet: a global context block in the head, as in mmsegmentation", s_both,
            Mmseg(s => Attentive(s, "gc_block", new GlobalContext(s.Inside) { Reduction = ContextReduction }))),
    ];

    private static IEnumerable<ModelEntry> Family(
        string family, string title, (int Depth, bool DeepStem)[] backbones, Func<string, int, SegmentationPlan> plan) => backbones.Select(b =>
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"{family}_resnet{b.Depth}{(b.DeepStem ? "c" : string.Empty)}");
        string stem = b.DeepStem ? ", deep stem" : string.Empty;
        return new ModelEntry(key, $"{title}; ResNet-{b.Depth}{stem}, output stride 8", ImageSize, o => new SegmentationNet(plan(key, b.Depth) with { DeepStem = b.DeepStem }, o))
        {
            Task = Task,
        };
    });

    private static Func<string, int, SegmentationPlan> Mmseg(Func<HeadSite, SegmentationHead> head) => (name, depth) => new(name, depth, head);

    private static Func<string, int, SegmentationPlan> Torchvision(Func<HeadSite, SegmentationHead> head) => (name, depth) => new(name, depth, head)
    {
        HeadName = "classifier",
        AuxiliaryName = "aux_classifier",
        Auxiliary = TorchvisionFcnHead.Of,
        AuxiliaryWeight = TorchvisionAuxiliaryWeight,
    };

    private static SegmentationHead Attentive(HeadSite site, string name, Module mechanism) => FcnHead.Of(site, mechanism: (name, mechanism));

    // In the official code and in mmsegmentation the losses of both branches count as much as that of their sum.
    private static SegmentationHead Dual(HeadSite site)
    {
        var head = new DualAttention(site.Channels, site.Classes) { InterChannels = site.Inside, KeyChannels = DualKeyChannels };
        return new SegmentationHead(head, "conv8.1", "conv6.1", "conv7.1")
        {
            Branches = x =>
            {
                (Tensor sum, Tensor positions, Tensor channels) = head.Classify(x);
                return new(sum, [(positions, 1), (channels, 1)]);
            },
        };
    }
}
