using Fovea.Models;

namespace Fovea.Contract.Tests.Compilation;

/// <summary>Models with weights and statistics as after training, drawn cheaply, and images for them.</summary>
internal static class TestModels
{
    private const int Draws = 1 << 16;

    /// <summary>
    /// The catalogue's models; of a segmentation head that comes with several backbones the smallest, of the backbones one deep stem and one of
    /// dilated bottlenecks, of embeddings one with relations and one without, of classifiers the smallest of each kind: the others differ in numbers alone.
    /// </summary>
    public static IEnumerable<string> Keys => ModelCatalog.All.Where(IsOfItsOwn).Select(e => e.Key);

    private static readonly HashSet<string> s_larger =
    [
        "resnext101_32x8d", "wide_resnet101_2", "vgg13", "vgg16", "vgg19", "vgg13-bn", "vgg19-bn", "efficientnet_b1", "efficientnet_b2", "convnext_small", "convnext_base",
        "deit_small_patch16", "deit_base_patch16", "deit_small_distilled_patch16", "deit_base_distilled_patch16",
    ];

    private static bool IsOfItsOwn(ModelEntry model) => !s_larger.Contains(model.Key) && model.Twin is null && IsSmallest(model);

    private static bool IsSmallest(ModelEntry model) => model.Task is not ("Segment" or "Retrieve") || model.Key.StartsWith("unet", StringComparison.Ordinal)
        || model.Key.EndsWith("_resnet18", StringComparison.Ordinal) || model.Key is "pspnet_resnet18c" or "fcn_resnet50" or "rga_resnet50";

    public static Module Make(string key, ModelOptions options)
    {
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create(key, options).Eval();
        float[] draws = new float[Draws];
        new Generator(5).FillUniform<float>(draws, -1, 1);
        foreach ((string name, Tensor value) in model.NamedParameters().Concat(model.NamedBuffers()).Where(t => t.Value.DType == DType.Float32))
        {
            int fanIn = value.Rank > 1 ? value.Shape.Product(1, value.Rank) : 0;
            (double centre, double spread) = name.EndsWith("running_var", StringComparison.Ordinal) ? (1, 0.5)
                : fanIn > 0 ? (0, Math.Sqrt(3.0 / fanIn))
                : name.EndsWith("weight", StringComparison.Ordinal) ? (0.8, 0.3) : (0, 0.2);
            Span<float> values = value.AsSpan<float>();
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (float)(centre + (spread * draws[i % Draws]));
            }
        }

        return model;
    }

    public static Tensor Image(int batch, int size)
    {
        Tensor x = Tensor.Empty([batch, 3, size, size]);
        new Generator(9).FillUniform(x.AsSpan<float>(), -2, 2);
        return x;
    }
}
