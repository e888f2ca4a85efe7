using Fovea.Imaging.Transforms;

namespace Fovea.Training;

/// <summary>How other libraries prepare the images of their published weights, and where the names of the weights do not tell.</summary>
internal static class KnownPreprocessing
{
    private const double TimmsResNetCrop = 0.95;
    private const double TimmsTransformerCrop = 0.9;
    private static readonly double[] s_half = [0.5];

    // The part of the shorter side that is looked at, after the sizes in torchvision's recipes: 224 of 236 and the like.
    private static readonly Dictionary<string, Preprocessing> s_torchvision = new()
    {
        ["efficientnet_b0"] = new() { Interpolation = ResizeFilter.Bicubic, CropFraction = 224.0 / 256 },
        ["efficientnet_b1"] = new() { Interpolation = ResizeFilter.Bicubic, CropFraction = 240.0 / 256 },
        ["efficientnet_b2"] = new() { Interpolation = ResizeFilter.Bicubic, CropFraction = 1 },
        ["convnext_tiny"] = new() { CropFraction = 224.0 / 236 },
        ["convnext_small"] = new() { CropFraction = 224.0 / 230 },
        ["convnext_base"] = new() { CropFraction = 224.0 / 232 },
        ["swin_t"] = new() { Interpolation = ResizeFilter.Bicubic, CropFraction = 224.0 / 232 },
    };

    /// <summary>The preprocessing that a source's weights were made with.</summary>
    /// <param name="source">The source, one of <see cref="Io.Importer.Sources"/>.</param>
    /// <param name="model">Key of the model.</param>
    /// <returns>The settings that differ from a description's defaults, and what is to be known about them; null for nothing.</returns>
    public static (Preprocessing Settings, string? Note) Of(string source, string model)
    {
        bool isTransformer = model.StartsWith("vit_", StringComparison.Ordinal);
        return (source, isTransformer) switch
        {
            // The augmented and regularised weights, which timm loads by default. Our own small transformers have its names, and are none of its models.
            ("timm", true) when !model.StartsWith("vit_mini", StringComparison.Ordinal) => (
                new() { Mean = s_half, Std = s_half, Interpolation = ResizeFilter.Bicubic, CropFraction = TimmsTransformerCrop },
                "timm's transformers have the same names whatever they were normalised by: taken for augreg (mean 0.5, std 0.5, bicubic, crop 0.9); DeiT's and "
                + "DINO's want --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225."),
            ("timm", _) when model.StartsWith("deit_", StringComparison.Ordinal) => (
                new() { Interpolation = ResizeFilter.Bicubic, CropFraction = TimmsTransformerCrop }, null),
            ("torchvision", _) when s_torchvision.TryGetValue(model, out Preprocessing? own) => (own, null),
            ("timm", false) => (
                new() { Interpolation = ResizeFilter.Bicubic, CropFraction = TimmsResNetCrop },
                "timm's ResNets have the same names whatever they were trained with: taken for a1 (ImageNet's mean and deviation, bicubic, crop 0.95); its tv "
                + "weights want --interpolation bilinear --crop-pct 0.875."),

            // ImageNet's statistics, bilinear, 256 to 224: a description's defaults.
            _ => (Preprocessing.Unsaid, null),
        };
    }
}
