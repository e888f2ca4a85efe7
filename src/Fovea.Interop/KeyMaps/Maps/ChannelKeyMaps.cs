namespace Fovea.Io.KeyMaps;

/// <summary>Squeeze-and-excitation and its relatives, as the well-known repositories name them.</summary>
internal static class ChannelKeyMaps
{
    public static IReadOnlyList<KeyMap> All { get; } =
    [
        new("senet", "se", "moskomule/senet.pytorch and the same SELayer elsewhere")
        {
            Rules = [new("fc.0.*", "fc1.*", Rank: 2), new("fc.2.*", "fc2.*", Rank: 2)],
            Slots = [("se", "attention")],
            Implies = [new("se", "gate", "\"sigmoid\"")],
            Fits = static t => IsBottleneck(t, "fc1.weight", "fc2.weight"),
        },
        new("timm", "se", "huggingface/pytorch-image-models, SEModule")
        {
            Rules = [new("fc1.*", "fc1.*", KeyLayout.Pointwise, Rank: 4), new("fc2.*", "fc2.*", KeyLayout.Pointwise, Rank: 4)],
            Slots = [("se", "attention")],
            Implies = [new("se", "gate", "\"sigmoid\"")],

            // Its biases tell it from the CBAM ports' channel attention, which has the same names.
            Fits = static t => Ends(t, "fc1.bias").Any() && IsBottleneck(t, "fc1.weight", "fc2.weight"),
        },
        new("timm", "se", "huggingface/pytorch-image-models, SEModule without biases")
        {
            Rules = [new("fc1.weight", "fc1.weight", KeyLayout.Pointwise, Rank: 4), new("fc2.weight", "fc2.weight", KeyLayout.Pointwise, Rank: 4)],
            Slots = [("se", "attention")],
            Implies = [new("se", "gate", "\"sigmoid\"")],
            Fits = static t => !Ends(t, "fc1.bias").Any() && IsBottleneck(t, "fc1.weight", "fc2.weight"),
        },
        new("eca", "eca", "BangguWu/ECANet, eca_layer")
        {
            Rules = [new("conv.weight", "conv.weight", Rank: 3)],
            Slots = [("eca", "attention")],
            Fits = static t => AreKernels(t),
        },
        new("timm", "eca", "huggingface/pytorch-image-models, EcaModule in a ResNet's se")
        {
            Rules = [new("conv.weight", "conv.weight", Rank: 3)],
            Slots = [("se", "attention")],
            Fits = static t => AreKernels(t),
        },
        new("torchvision", "se", "torchvision, SqueezeExcitation of EfficientNet and RegNet")
        {
            Rules = [new("fc1.*", "fc1.*", KeyLayout.Pointwise, Rank: 4), new("fc2.*", "fc2.*", KeyLayout.Pointwise, Rank: 4)],
            Implies = [new("se", "gate", "\"sigmoid\"")],
            Fits = static t => Ends(t, "fc1.bias").Any() && IsBottleneck(t, "fc1.weight", "fc2.weight"),
        },
        new("torchvision-mobilenetv3", "se", "torchvision, SqueezeExcitation of MobileNetV3")
        {
            Rules = [new("fc1.*", "fc1.*", KeyLayout.Pointwise, Rank: 4), new("fc2.*", "fc2.*", KeyLayout.Pointwise, Rank: 4)],
            Implies = [new("se", "gate", "\"hard-sigmoid\"")],
            Fits = static t => Ends(t, "fc1.bias").Any() && IsBottleneck(t, "fc1.weight", "fc2.weight"),
        },
        new("mmseg", "se", "open-mmlab mmcls and mmsegmentation, SELayer")
        {
            Rules = [new("conv1.conv.*", "fc1.*", KeyLayout.Pointwise, Rank: 4), new("conv2.conv.*", "fc2.*", KeyLayout.Pointwise, Rank: 4)],
            Slots = [("se_layer", "attention")],
            Implies = [new("se", "gate", "\"sigmoid\"")],
        },
        new("timm", "global_context", "huggingface/pytorch-image-models, GlobalContext")
        {
            Rules =
            [
                new("conv_attn.*", "conv_mask.*", Rank: 4),
                .. new[] { ("mlp_add", "channel_add_conv"), ("mlp_scale", "channel_mul_conv") }.SelectMany(m => new KeyRule[]
                {
                    new($"{m.Item1}.fc1.*", $"{m.Item2}.0.*", Rank: 4, IsOptional: true),
                    new($"{m.Item1}.norm.*", $"{m.Item2}.1.*", KeyLayout.Column, IsOptional: true),
                    new($"{m.Item1}.fc2.*", $"{m.Item2}.3.*", Rank: 4, IsOptional: true),
                }),
            ],
            Slots = [("se", "attention")],
            Implies = [new("global_context", "normEpsilon", "1E-06")],
        },
        new("gcnet", "global_context", "xvjiarui/GCNet and mmcv, ContextBlock")
        {
            Rules =
            [
                .. KeyMapList.Keep("conv_mask.*"),
                .. KeyMapList.KeepOptional(
                    "channel_add_conv.0.*", "channel_add_conv.1.*", "channel_add_conv.3.*",
                    "channel_mul_conv.0.*", "channel_mul_conv.1.*", "channel_mul_conv.3.*"),
            ],
            Slots = [("context_block", "attention")],
            Fits = static t => Ends(t, "channel_add_conv.3.weight").Any() || Ends(t, "channel_mul_conv.3.weight").Any(),
        },
    ];

    /// <summary>The tensors whose names end so.</summary>
    public static IEnumerable<Tensor> Ends(IReadOnlyDictionary<string, Tensor> tensors, string name) =>
        tensors.Where(t => t.Key == name || t.Key.EndsWith($".{name}", StringComparison.Ordinal)).Select(t => t.Value);

    private static bool IsBottleneck(IReadOnlyDictionary<string, Tensor> tensors, string down, string up) =>
        Ends(tensors, down).Zip(Ends(tensors, up)).All(p => p.First.Shape[0] == p.Second.Shape[1] && p.First.Shape[1] == p.Second.Shape[0]);

    private static bool AreKernels(IReadOnlyDictionary<string, Tensor> tensors) =>
        Ends(tensors, "conv.weight").Where(t => t.Rank == 3).All(t => t.Shape[0] == 1 && t.Shape[1] == 1);
}
