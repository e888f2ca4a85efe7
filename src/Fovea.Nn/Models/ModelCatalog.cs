using Fovea.Attention;

namespace Fovea.Models;

/// <summary>One model that can be built by name.</summary>
/// <param name="Key">The name on the command line.</param>
/// <param name="Title">What it is, in one line.</param>
/// <param name="ImageSize">The side of the images that it was made for, in pixels.</param>
/// <param name="Build">Builds it.</param>
public sealed record ModelEntry(string Key, string Title, int ImageSize, Func<ModelOptions, Module> Build)
{
    /// <summary>
    /// The task whose outputs it gives: <c>Classify</c> (default) for [N, classes], <c>Segment</c> for [N, classes, H, W], <c>Detect</c> for an
    /// <see cref="IDetector"/>, <c>Retrieve</c> for an <see cref="IEmbedder"/>.
    /// </summary>
    public string Task { get; init; } = "Classify";

    /// <summary>What the sides of its images must be multiples of, in pixels; default 1.</summary>
    public int SizeUnit { get; init; } = 1;

    /// <summary>The model that has the same names and shapes, which weights are recognised as; null (default) where there is none.</summary>
    public string? Twin { get; init; }

    /// <summary>The one size of images that it takes; null (default) for any whose sides are such multiples.</summary>
    public Size2? FixedSize { get; init; }

    /// <summary>Builds the model, with its own image size where none is given.</summary>
    /// <exception cref="OptionException">An option does not fit.</exception>
    public Module Create(ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Classes, 1);
        Module model = Build(options with { ImageSize = options.ImageSize is { Height: > 0, Width: > 0 } ? options.ImageSize : FixedSize ?? ImageSize });
        model.EnsureBuilt();
        return model;
    }
}

/// <summary>Every model, one line each, and those that programs register.</summary>
public static class ModelCatalog
{
    private const string Segmentation = SegmentationModels.Task;
    private const string Detection = "Detect";
    private const string Retrieval = "Retrieve";

    private static readonly Registry<ModelEntry> s_registry = new("model", static m => m.Key,
    [
        .. ClassificationModels.All,
        new("unet", "U-Net for segmentation, 64 channels and 4 levels", 256, o => new UNet(64, 4, o)) { Task = Segmentation, SizeUnit = 16 },
        new("unet-small", "U-Net for segmentation, 16 channels and 3 levels", 128, o => new UNet(16, 3, o)) { Task = Segmentation, SizeUnit = 8 },
        new("unetplusplus", "U-Net++ for segmentation, 32 channels and 4 levels", 256, o => new NestedUNet(32, 4, o)) { Task = Segmentation, SizeUnit = 16 },
        new("unetplusplus-small", "U-Net++ for segmentation, 16 channels and 3 levels", 128, o => new NestedUNet(16, 3, o)) { Task = Segmentation, SizeUnit = 8 },
        new("unet-resnet18", "U-Net with an encoder of ResNet-18, as in segmentation_models.pytorch", 256, o => new ResNetUNet(18, o)) { Task = Segmentation, SizeUnit = 32 },
        new("unet-resnet34", "U-Net with an encoder of ResNet-34, as in segmentation_models.pytorch", 256, o => new ResNetUNet(34, o)) { Task = Segmentation, SizeUnit = 32 },
        new("unet-resnet50", "U-Net with an encoder of ResNet-50, as in segmentation_models.pytorch", 256, o => new ResNetUNet(50, o)) { Task = Segmentation, SizeUnit = 32 },
        .. SegmentationModels.All,
        new("fcos_resnet18_fpn", "FCOS on ResNet-18 with a feature pyramid: boxes without anchors", 320, o => new Fcos(18, o)) { Task = Detection },
        new("fcos_resnet50_fpn", "FCOS on ResNet-50 with a feature pyramid, as in torchvision", 512, o => new Fcos(50, o)) { Task = Detection },
        new("retinanet_resnet18_fpn", "RetinaNet on ResNet-18 with a feature pyramid: boxes of nine anchors a place", 320, o => new RetinaNet(18, o)) { Task = Detection },
        new("retinanet_resnet50_fpn", "RetinaNet on ResNet-50 with a feature pyramid, as in torchvision", 512, o => new RetinaNet(50, o)) { Task = Detection },
        new("rga_resnet50", "ResNet-50 with relation-aware global attention behind each stage: an embedding for retrieval", 256,
            o => new EmbeddingResNet(50, o) { Relations = true }) { Task = Retrieval },
        new("reid_resnet18", "ResNet-18 that keeps the last map large: an embedding for retrieval", 128, o => new EmbeddingResNet(18, o)) { Task = Retrieval },
        new("reid_resnet50", "ResNet-50 that keeps the last map large: an embedding for retrieval", 256, o => new EmbeddingResNet(50, o)) { Task = Retrieval },
    ],
        isTaken: Contains);

    /// <summary>All models.</summary>
    public static IReadOnlyList<ModelEntry> All => s_registry.All;

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Keys => s_registry.Keys;

    /// <summary>Adds a model of your own: training, checkpoints and the command line know its key.</summary>
    /// <exception cref="ArgumentException">The key is taken, or has other characters than letters, digits, <c>_</c>, <c>-</c> and <c>.</c>.</exception>
    public static void Register(ModelEntry model) => s_registry.Add(model);

    /// <summary>The model of that name, or of a mechanism's and a model's names together: <c>cbam_resnet50</c> is resnet50 with cbam in its slots.</summary>
    /// <exception cref="OptionException">There is none; the message names the nearest.</exception>
    public static ModelEntry Find(string key)
    {
        (string model, string? attention) = Split(key);
        ModelEntry entry = s_registry.Get(model)
            ?? throw new OptionException("model", $"there is no model \"{key}\"; {Suggestion.Hint(key, KeysLike(key))}");
        return attention is null ? entry : entry with
        {
            Key = key,
            Title = $"{entry.Title}, with {attention}",
            Build = o => entry.Build(o with { Attention = o.Attention ?? new AttentionPlacement { Key = attention } }),
        };
    }

    /// <summary>Whether <see cref="Find"/> finds a model by that name.</summary>
    public static bool Contains(string key) => s_registry.Contains(Split(key).Model);

    /// <summary>Takes a name such as <c>cbam_resnet50</c> apart.</summary>
    /// <returns>The model and the mechanism; the name itself and null when it is not made of the two.</returns>
    public static (string Model, string? Attention) Split(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return s_registry.Contains(key) || Prefix(key) is not { } attention || !s_registry.Contains(key[(attention.Length + 1)..])
            ? (key, null)
            : (key[(attention.Length + 1)..], attention);
    }

    /// <summary>The names to suggest from for a misspelt one: with its mechanism before them, when it names one.</summary>
    public static IReadOnlyList<string> KeysLike(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Prefix(key) is { } attention ? [.. Keys, .. Keys.Select(k => $"{attention}_{k}")] : Keys;
    }

    // The longest that fits: spatial_… and spatial_x_… may both be mechanisms.
    private static string? Prefix(string key) =>
        Catalog.Keys.Where(a => key.Length > a.Length + 1 && key[a.Length] == '_' && key.StartsWith(a, StringComparison.Ordinal)).MaxBy(a => a.Length);

    /// <summary>Builds a model by name.</summary>
    /// <exception cref="OptionException">There is no such model, or an option does not fit.</exception>
    public static Module Create(string key, ModelOptions options) => Find(key).Create(options);
}
