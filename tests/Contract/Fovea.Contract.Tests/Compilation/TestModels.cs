using Fovea.Models;

namespace Fovea.Contract.Tests.Compilation;

/// <summary>The models that tests of the compiler go over.</summary>
internal static class TestModels
{
    /// <summary>
    /// The catalogue's models; of a segmentation head that comes with several backbones the smallest, of the backbones one deep stem and one of
    /// dilated bottlenecks, of embeddings one with relations and one without, of classifiers the smallest of each kind: the others differ in numbers alone.
    /// </summary>
    public static IEnumerable<string> Keys => ModelCatalog.All.Where(IsOfItsOwn).Select(e => e.Key);

    private static readonly HashSet<string> s_larger =
    [
        "resnet101", "resnet152", "vit_base_patch16", "resnext101_32x8d", "wide_resnet50_2", "wide_resnet101_2", "vgg11", "vgg13", "vgg16", "vgg19", "vgg13-bn", "vgg16-bn", "vgg19-bn",
        "efficientnet_b1", "efficientnet_b2", "convnext_small", "convnext_base",
        "deit_small_patch16", "deit_base_patch16", "deit_small_distilled_patch16", "deit_base_distilled_patch16",
    ];

    private static bool IsOfItsOwn(ModelEntry model) => !s_larger.Contains(model.Key) && model.Twin is null && IsSmallest(model);

    private static bool IsSmallest(ModelEntry model) => model.Task is not ("Segment" or "Retrieve") || model.Key.StartsWith("unet", StringComparison.Ordinal)
        || model.Key.EndsWith("_resnet18", StringComparison.Ordinal) || model.Key is "pspnet_resnet18c" or "fcn_resnet50" or "rga_resnet50";
}
