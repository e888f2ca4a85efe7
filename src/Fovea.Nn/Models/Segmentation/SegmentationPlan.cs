namespace Fovea.Models;

/// <summary>Where a head stands.</summary>
/// <param name="Channels">Channels of the map that it takes.</param>
/// <param name="Inside">Channels inside of it.</param>
/// <param name="Classes">Classes that it tells.</param>
/// <param name="Map">Height and width of the map for images of the size that the model is built for.</param>
internal readonly record struct HeadSite(int Channels, int Inside, int Classes, Size2 Map);

/// <summary>A head, and what is to be known about it from outside.</summary>
/// <param name="Module">Takes the backbone's map, gives the logits at its size.</param>
/// <param name="Classifiers">The names of its layers that have a row for each class, the main one first.</param>
internal sealed record SegmentationHead(Module Module, params IReadOnlyList<string> Classifiers)
{
    /// <summary>Gives the logits with those of inner branches, which count while it learns; null (default) where there are none.</summary>
    public Func<Tensor, AuxiliaryOutputs>? Branches { get; init; }
}

/// <summary>What a segmentation network is: its backbone, its heads, and whose names it has.</summary>
/// <param name="Name">What errors call it.</param>
/// <param name="Depth">Layers of the ResNet: 18, 34 (basic blocks), 50, 101 or 152 (bottlenecks).</param>
/// <param name="Head">Makes the head.</param>
internal sealed record SegmentationPlan(string Name, int Depth, Func<HeadSite, SegmentationHead> Head)
{
    /// <summary>Whether the stem is ResNet-C's of three 3×3 convolutions (default: one 7×7).</summary>
    public bool DeepStem { get; init; }

    /// <summary>By how much the backbone's last map is smaller than the image: 8 (default), 16 or 32.</summary>
    public int OutputStride { get; init; } = 8;

    /// <summary>What the head is called (default <c>decode_head</c>).</summary>
    public string HeadName { get; init; } = "decode_head";

    /// <summary>What the head over the last map but one is called (default <c>auxiliary_head</c>).</summary>
    public string AuxiliaryName { get; init; } = "auxiliary_head";

    /// <summary>Makes the head over the last map but one (default mmsegmentation's: one 3×3 convolution).</summary>
    public Func<HeadSite, SegmentationHead> Auxiliary { get; init; } = static site => FcnHead.Of(site, convolutions: 1, joinsInput: false);

    /// <summary>The weight of that head's loss (default 0.4, mmsegmentation's; torchvision's recipe has 0.5).</summary>
    public double AuxiliaryWeight { get; init; } = 0.4;
}
