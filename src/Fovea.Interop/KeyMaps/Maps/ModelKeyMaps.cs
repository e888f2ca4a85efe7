namespace Fovea.Io.KeyMaps;

/// <summary>Whole models. Their classifiers are optional: backbones that taught themselves have none.</summary>
internal static class ModelKeyMaps
{
    private static readonly KeyRule[] s_patchTransformer =
    [
        new("to_patch_embedding.1.weight", "patch_embed.proj.weight", KeyLayout.Patch, Rank: 2),
        new("to_patch_embedding.1.bias", "patch_embed.proj.bias"),
        new("pos_embedding", "pos_embed"),
        new("cls_token", "cls_token"),
        .. Layer("0.norm.*", "norm1.*"), .. Layer("0.fn.to_qkv.*", "attn.qkv.*"), .. Layer("0.fn.to_out.0.*", "attn.proj.*"),
        .. Layer("1.norm.*", "norm2.*"), .. Layer("1.fn.net.0.*", "mlp.fc1.*"), .. Layer("1.fn.net.3.*", "mlp.fc2.*"),
        new("mlp_head.0.*", "norm.*"),
        new("mlp_head.1.*", "head.*"),
    ];

    private static readonly Implied[] s_normalizedTransformer =
    [
        new("vit", "activation", "\"gelu\""), new("vit", "normAfterPool", "false"), new("vit", "pool", "\"cls\""), new("vit", "normEpsilon", "1E-06"),
    ];

    public static IReadOnlyList<KeyMap> All { get; } =
    [
        new("torchvision", "", "torchvision, resnet.py")
        {
            Rules = [.. KeyMapList.Keep("conv1.weight", "layer1.0.conv1.weight", "layer4.0.downsample.0.weight"), .. KeyMapList.KeepOptional("fc.*")],
            Fits = static t => t.ContainsKey("conv1.weight") && t.ContainsKey("layer1.0.bn1.running_mean") && !HasOwnMechanism(t),
        },
        new("torchvision", "", "torchvision, vgg.py with batch norm")
        {
            Rules = [.. KeyMapList.Keep("features.0.*", "features.1.*"), .. KeyMapList.KeepOptional("classifier.0.*", "classifier.3.*", "classifier.6.*")],
        },
        new("torchvision", "", "torchvision, vgg.py without batch norm")
        {
            Rules = [.. KeyMapList.Keep("features.0.*"), .. KeyMapList.KeepOptional("classifier.0.*", "classifier.3.*", "classifier.6.*")],
            Fits = static t => t.ContainsKey("features.0.weight") && !t.ContainsKey("features.1.running_mean"),
        },
        new("torchvision", "", "torchvision, mobilenetv3.py")
        {
            Rules =
            [
                .. KeyMapList.Keep("features.0.0.weight", "features.1.block.0.0.weight", "features.1.block.0.1.running_mean"),
                .. KeyMapList.KeepOptional("classifier.0.*", "classifier.3.*"),
            ],
        },
        new("torchvision", "", "torchvision, efficientnet.py")
        {
            Rules =
            [
                .. KeyMapList.Keep("features.0.0.weight", "features.1.0.block.0.0.weight", "features.1.0.block.0.1.running_mean"),
                .. KeyMapList.KeepOptional("classifier.1.*"),
            ],
        },
        new("torchvision", "", "torchvision, convnext.py")
        {
            Rules =
            [
                .. KeyMapList.Keep("features.0.0.*", "features.1.0.layer_scale", "features.1.0.block.0.*"),
                .. KeyMapList.KeepOptional("classifier.0.*", "classifier.2.*"),
            ],
        },
        new("torchvision", "", "torchvision, swin_transformer.py")
        {
            Rules =
            [
                .. KeyMapList.Keep("features.0.0.*", "features.1.0.attn.relative_position_bias_table", "features.1.0.attn.qkv.*"),
                .. KeyMapList.KeepOptional("head.*"),
            ],
        },
        new("timm", "", "huggingface/pytorch-image-models, ResNet")
        {
            Rules = [.. KeyMapList.Keep("conv1.weight", "layer1.0.conv1.weight", "layer4.0.downsample.0.weight"), .. KeyMapList.KeepOptional("fc.*")],
            Fits = static t => t.ContainsKey("conv1.weight") && t.ContainsKey("layer1.0.bn1.running_mean"),
        },
        new("timm", "", "huggingface/pytorch-image-models, ResNet-D")
        {
            Rules = [.. KeyMapList.Keep("conv1.0.weight", "layer1.0.conv1.weight", "layer4.0.downsample.1.weight"), .. KeyMapList.KeepOptional("fc.*")],
        },
        new("timm", "", "huggingface/pytorch-image-models, ByobNet of bottlenecks with global context")
        {
            Rules =
            [
                .. Enumerable.Range(1, 3).SelectMany(static i => ConvNorm($"stem.conv{i}", $"stem.{3 * (i - 1)}", $"stem.{(3 * (i - 1)) + 1}")),
                .. ConvNorm("conv1_1x1", "conv1", "bn1"), .. ConvNorm("conv2_kxk", "conv2", "bn2"), .. ConvNorm("conv3_1x1", "conv3", "bn3"),
                .. ConvNorm("shortcut", "downsample.0", "downsample.1"),
                new("attn.conv_attn.*", "middle_attention.conv_mask.*", Rank: 4),
                new("attn.mlp_add.fc1.*", "middle_attention.channel_add_conv.0.*", Rank: 4),
                new("attn.mlp_add.norm.*", "middle_attention.channel_add_conv.1.*", KeyLayout.Column),
                new("attn.mlp_add.fc2.*", "middle_attention.channel_add_conv.3.*", Rank: 4),
                new("head.fc.*", "fc.*", IsOptional: true),
            ],
            Slots = [.. Enumerable.Range(0, 4).Select(static stage => ($"stages.{stage}.{{i}}", $"layer{stage + 1}.{{i}}"))],
            TellsModel = true,
        },
        new("smp", "", "qubvel-org/segmentation_models.pytorch, Unet with a ResNet encoder")
        {
            Rules = KeyMapList.Keep("encoder.conv1.weight", "decoder.blocks.0.conv1.0.weight", "decoder.blocks.4.conv2.1.*", "segmentation_head.0.*"),
        },
        new("torchvision", "vit", "torchvision, VisionTransformer")
        {
            Rules =
            [
                new("conv_proj.*", "patch_embed.proj.*", Rank: 4), new("class_token", "cls_token"), new("encoder.pos_embedding", "pos_embed"),
                .. Encoder("ln_1.*", "norm1.*"), .. Encoder("self_attention.in_proj_weight", "attn.qkv.weight"),
                .. Encoder("self_attention.in_proj_bias", "attn.qkv.bias"), .. Encoder("self_attention.out_proj.*", "attn.proj.*"), .. Encoder("ln_2.*", "norm2.*"),
                .. Encoder("mlp.0.*", "mlp.fc1.*", true), .. Encoder("mlp.3.*", "mlp.fc2.*", true),
                .. Encoder("mlp.linear_1.*", "mlp.fc1.*", true), .. Encoder("mlp.linear_2.*", "mlp.fc2.*", true),
                new("encoder.ln.*", "norm.*"), new("heads.head.*", "head.*", IsOptional: true),
            ],
            Implies = s_normalizedTransformer,
        },
        new("document-000", "vit", "document 000, ViT")
        {
            Rules = s_patchTransformer,
            Implies = [new("vit", "activation", "\"relu\""), new("vit", "normAfterPool", "true"), new("vit", "normEpsilon", "1E-05")],
        },
        new("lucidrains", "vit", "lucidrains/vit-pytorch, ViT up to 0.40")
        {
            Rules = s_patchTransformer,
            Implies = [new("vit", "activation", "\"gelu\""), new("vit", "normAfterPool", "true"), new("vit", "normEpsilon", "1E-05")],
        },
        new("timm", "vit", "huggingface/pytorch-image-models, VisionTransformer")
        {
            Rules =
            [
                .. KeyMapList.Keep(
                    "patch_embed.proj.*", "cls_token", "pos_embed", "blocks.{i}.norm1.*", "blocks.{i}.attn.qkv.*", "blocks.{i}.attn.proj.*",
                    "blocks.{i}.norm2.*", "blocks.{i}.mlp.fc1.*", "blocks.{i}.mlp.fc2.*", "norm.*"),
                .. KeyMapList.KeepOptional("head.*", "head_dist.*", "dist_token"),
            ],
            Implies = s_normalizedTransformer,
        },
    ];

    // timm's ResNets with a mechanism by name have torchvision's names but for that.
    private static bool HasOwnMechanism(IReadOnlyDictionary<string, Tensor> tensors) => tensors.Keys.Any(n => n.StartsWith("layer1.0.se.", StringComparison.Ordinal));

    private static KeyRule[] ConvNorm(string from, string conv, string norm) => [new($"{from}.conv.*", $"{conv}.*", Rank: 4), new($"{from}.bn.*", $"{norm}.*")];

    private static KeyRule[] Encoder(string from, string to, bool isOptional = false) =>
        [new($"encoder.layers.encoder_layer_{{i}}.{from}", $"blocks.{{i}}.{to}", IsOptional: isOptional)];

    private static KeyRule[] Layer(string from, string to) => [new($"transformer.layers.{{i}}.{from}", $"blocks.{{i}}.{to}")];
}
