using System.Globalization;
using Fovea.Attention;

namespace Fovea.Models;

/// <summary>The catalogue's classifiers.</summary>
internal static class ClassificationModels
{
    private const int ImageSize = 224;

    // Swin's.
    private const int WindowSide = 7;

    /// <summary>Every one of them.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } =
    [
        new("resnet8", "Residual network of 8 layers with a stem of stride 2, for 64×64 images: the default for Clutter", 64, o => new CifarResNet(8, o, 2)),
        new("resnet14", "Residual network of 14 layers with a stem of stride 2, for 64×64 images", 64, o => new CifarResNet(14, o, 2)),
        .. new[] { 20, 32, 44, 56, 110 }.Select(d => new ModelEntry(Text($"resnet{d}-cifar"), Text($"CIFAR ResNet of {d} layers"), 32, o => new CifarResNet(d, o))),
        .. new[] { 18, 34 }.Select(d => new ModelEntry(Text($"resnet{d}"), Text($"ResNet of {d} layers, basic blocks"), ImageSize, o => new ResNet(d, o))),
        .. new[] { 50, 101, 152 }.Select(d => new ModelEntry(Text($"resnet{d}"), Text($"ResNet of {d} layers, bottlenecks"), ImageSize, o => new ResNet(d, o))),
        ResNet("resnext50_32x4d", "ResNeXt of 50 layers, 32 groups of 4 channels", new(50) { Groups = 32, GroupWidth = 4 }),
        ResNet("resnext101_32x8d", "ResNeXt of 101 layers, 32 groups of 8 channels", new(101) { Groups = 32, GroupWidth = 8 }),
        ResNet("wide_resnet50_2", "ResNet of 50 layers with bottlenecks twice as wide", new(50) { GroupWidth = 128 }),
        ResNet("wide_resnet101_2", "ResNet of 101 layers with bottlenecks twice as wide", new(101) { GroupWidth = 128 }),
        ResNet("seresnet50", "ResNet of 50 layers with squeeze-and-excitation in every block, as in timm", new(50)
        {
            Own = new("se", IsInMiddle: false, static channels => new SqueezeExcitation(channels) { Bias = true, Pointwise = true }),
        }),
        ResNet("ecaresnet50d", "ResNet-D of 50 layers with efficient channel attention in every block, as in timm", new(50)
        {
            Stem = ResNetStem.DeepOfTimm,
            AveragesShortcut = true,
            Own = new("se", IsInMiddle: false, static channels => new EfficientChannelAttention(channels)),
        }),
        new ModelEntry("gcresnet50t", "ResNet of 50 layers with global context behind every 3×3 and a tiered stem, as in timm", 256, o => new ResNet(
            new ResNetForm(50)
            {
                Stem = ResNetStem.Tiered,
                Own = new("middle_attention", IsInMiddle: true, static channels => new GlobalContext(channels) { Reduction = 8, NormEpsilon = 1e-6 }),
            },
            o)),
        Vit("vit_mini_patch4", "Vision transformer of 6 blocks for 32×32 images, 64 tokens of 192", 4, 192, 3, size: 32, depth: 6),
        Vit("vit_mini_patch8", "Vision transformer of 6 blocks for 64×64 images, 64 tokens of 192", 8, 192, 3, size: 64, depth: 6),
        Vit("vit_tiny_patch16", "Vision transformer ViT-Ti/16, 12 blocks of 192", 16, 192, 3),
        Vit("vit_small_patch16", "Vision transformer ViT-S/16, 12 blocks of 384", 16, 384, 6),
        Vit("vit_base_patch16", "Vision transformer ViT-B/16, 12 blocks of 768", 16, 768, 12),
        new("vit_document000", "Vision transformer of document 000: 6 blocks of 1,024, ReLU, patches of 32", 256, o => VitModel.CreateOfDocument("vit_document000", o)),
        .. new[] { ("tiny", "Ti", 192, 3), ("small", "S", 384, 6), ("base", "B", 768, 12) }.SelectMany(static s => Deit(s.Item1, s.Item2, s.Item3, s.Item4)),
        Swin("swin_t", "Swin-T: attention in shifted windows of 7×7, 12 blocks of 96 to 768", 96, [2, 2, 6, 2], [3, 6, 12, 24]),
        .. new[] { 11, 13, 16, 19 }.SelectMany(static d => new ModelEntry[]
        {
            new(Text($"vgg{d}"), Text($"VGG of {d} layers"), ImageSize, o => new Vgg(d, o, batchNorm: false)),
            new(Text($"vgg{d}-bn"), Text($"VGG of {d} layers with batch norm"), ImageSize, o => new Vgg(d, o)),
        }),
        new("mobilenet_v3_small", "MobileNetV3, small: inverted residuals with squeeze-and-excitation", ImageSize, o => MobileNetV3.Create(isLarge: false, o)),
        new("mobilenet_v3_large", "MobileNetV3, large: inverted residuals with squeeze-and-excitation", ImageSize, o => MobileNetV3.Create(isLarge: true, o)),
        new("efficientnet_b0", "EfficientNet-B0: inverted residuals with squeeze-and-excitation", ImageSize, o => EfficientNet.Create(1, 1, 0.2, o)),
        new("efficientnet_b1", "EfficientNet-B1: B0 made a tenth deeper", 240, o => EfficientNet.Create(1, 1.1, 0.2, o)),
        new("efficientnet_b2", "EfficientNet-B2: B0 made a tenth wider and a fifth deeper", 288, o => EfficientNet.Create(1.1, 1.2, 0.3, o)),
        new("convnext_tiny", "ConvNeXt-T: depthwise 7×7 blocks, 18 of 96 to 768", ImageSize, o => new ConvNeXt([96, 192, 384, 768], [3, 3, 9, 3], o)),
        new("convnext_small", "ConvNeXt-S: depthwise 7×7 blocks, 36 of 96 to 768", ImageSize, o => new ConvNeXt([96, 192, 384, 768], [3, 3, 27, 3], o)),
        new("convnext_base", "ConvNeXt-B: depthwise 7×7 blocks, 36 of 128 to 1,024", ImageSize, o => new ConvNeXt([128, 256, 512, 1024], [3, 3, 27, 3], o)),
    ];

    private static ModelEntry ResNet(string key, string title, ResNetForm form) => new(key, title, ImageSize, o => new ResNet(form, o));

    private static ModelEntry Vit(string key, string title, int patch, int dim, int heads, int size = ImageSize, int depth = 12) =>
        new(key, title, size, o => VitModel.Create(key, o, patch, dim, depth, heads));

    // Without the second token it is ViT's network, trained otherwise.
    private static IEnumerable<ModelEntry> Deit(string size, string letter, int dim, int heads)
    {
        string plain = $"deit_{size}_patch16", distilled = $"deit_{size}_distilled_patch16";
        yield return new(plain, Text($"DeiT-{letter}/16, 12 blocks of {dim}"), ImageSize, o => VitModel.Create(plain, o, 16, dim, 12, heads))
        {
            Twin = $"vit_{size}_patch16",
        };
        yield return new(distilled, Text($"DeiT-{letter}/16 with the distillation token, 12 blocks of {dim}"), ImageSize,
            o => VitModel.Create(distilled, o, 16, dim, 12, heads, distilled: true));
    }

    private static ModelEntry Swin(string key, string title, int width, int[] depths, int[] heads) =>
        new(key, title, ImageSize, o => new SwinTransformer(width, depths, heads, WindowSide, o));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
