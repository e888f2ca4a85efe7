namespace Fovea.Io.KeyMaps;

/// <summary>Relations over positions and channels, as their official repositories name them.</summary>
internal static class RelationKeyMaps
{
    private static readonly string[] s_projections = ["query_conv.*", "key_conv.*", "value_conv.*"];
    private static readonly KeyRule[] s_nonLocal = KeyMapList.KeepOptional("theta.*", "W.0.*", "W.1.*", "W.*", "concat_project.0.*");

    public static IReadOnlyList<KeyMap> All { get; } =
    [
        new("danet", "pam", "junfu1115/DANet and document 002, PAM_Module")
        {
            Rules = KeyMapList.Keep([.. s_projections, "gamma"]),
            Slots = [("sa", "sa")],
        },
        new("danet", "cam", "junfu1115/DANet and document 002, CAM_Module")
        {
            Rules = KeyMapList.Keep("gamma"),
            Slots = [("sc", "sc")],
            Fits = static t => t.Keys.All(k => k is "gamma" || k.EndsWith("sc.gamma", StringComparison.Ordinal)),
        },
        new("danet", "danet", "junfu1115/DANet, DANetHead")
        {
            Rules = KeyMapList.Keep(
                "conv5a.0.*", "conv5a.1.*", "conv5c.0.*", "conv5c.1.*", "sa.query_conv.*", "sa.key_conv.*", "sa.value_conv.*", "sa.gamma", "sc.gamma",
                "conv51.0.*", "conv51.1.*", "conv52.0.*", "conv52.1.*", "conv6.1.*", "conv7.1.*", "conv8.1.*"),
            Slots = [("head", "head")],
        },
        new("mmseg", "danet", "open-mmlab/mmsegmentation, DAHead")
        {
            Rules =
            [
                .. Module("pam_in_conv", "conv5a"), .. Module("cam_in_conv", "conv5c"), .. Module("pam_out_conv", "conv51"), .. Module("cam_out_conv", "conv52"),
                new("pam.query_project.*", "sa.query_conv.*"), new("pam.key_project.*", "sa.key_conv.*"), new("pam.value_project.*", "sa.value_conv.*"),
                new("pam.gamma.scale", "sa.gamma", KeyLayout.Scalar), new("cam.gamma.scale", "sc.gamma", KeyLayout.Scalar),
                new("pam_conv_seg.*", "conv6.1.*"), new("cam_conv_seg.*", "conv7.1.*"), new("conv_seg.*", "conv8.1.*"),
            ],
            Slots = [("decode_head", "decode_head")],
            TellsModel = true,
        },
        new("ccnet", "criss_cross", "speedinghzl/CCNet, CrissCrossAttention")
        {
            Rules = KeyMapList.Keep([.. s_projections, "gamma"]),
            Slots = [("cca", "cca")],
        },
        new("mmseg", "criss_cross", "open-mmlab mmcv, CrissCrossAttention")
        {
            Rules = [.. KeyMapList.Keep(s_projections), new("gamma.scale", "gamma", KeyLayout.Scalar)],
            Slots = [("cca", "cca")],
            TellsModel = true,
        },
        new("mmseg", "pam", "open-mmlab/mmsegmentation, DAHead's PAM")
        {
            Rules =
            [
                new("query_project.*", "query_conv.*"), new("key_project.*", "key_conv.*"), new("value_project.*", "value_conv.*"),
                new("gamma.scale", "gamma", KeyLayout.Scalar),
            ],
            Slots = [("pam_module", "pam_module"), ("pam", "pam")],
        },
        new("mmseg", "cam", "open-mmlab/mmsegmentation, DAHead's CAM")
        {
            Rules = [new("gamma.scale", "gamma", KeyLayout.Scalar)],
            Slots = [("cam_module", "cam_module"), ("cam", "cam")],
            Fits = static t => t.Count == 1,
        },
        new("non-local", "non_local", "AlexHex7/Non-local_pytorch")
        {
            Rules = [.. KeyMapList.Keep("g.*"), .. s_nonLocal, .. KeyMapList.KeepOptional("phi.*")],
            Implies = [new("non_local", "subSample", "false")],
            Fits = IsNonLocal,
        },
        new("non-local", "non_local", "AlexHex7/Non-local_pytorch with sub-sampling")
        {
            Rules = [new("g.0.*", "g.*"), .. s_nonLocal, new("phi.0.*", "phi.*", IsOptional: true)],
            Implies = [new("non_local", "subSample", "true")],
            Fits = IsNonLocal,
        },
        new("mmseg", "non_local", "open-mmlab mmcv, NonLocal2d")
        {
            Rules =
            [
                new("g.conv.*", "g.*"), new("theta.conv.*", "theta.*"), new("phi.conv.*", "phi.*"), new("conv_out.conv.*", "W.0.*"),
                new("conv_out.bn.*", "W.1.*"),
            ],
            Slots = [("nl_block", "nl_block")],
            TellsModel = true,
            ZeroWhenAbsent = ["W.0.bias"],
            Implies = [new("non_local", "mode", "\"embedded_gaussian\""), new("non_local", "scale", "true"), new("non_local", "subSample", "false")],
        },
        new("mmseg", "non_local", "open-mmlab mmcv, NonLocal2d with sub-sampling")
        {
            Rules =
            [
                new("g.0.conv.*", "g.*"), new("theta.conv.*", "theta.*"), new("phi.0.conv.*", "phi.*"), new("conv_out.conv.*", "W.0.*"),
                new("conv_out.bn.*", "W.1.*"),
            ],
            Slots = [("nl_block", "nl_block")],
            TellsModel = true,
            ZeroWhenAbsent = ["W.0.bias"],
            Implies = [new("non_local", "mode", "\"embedded_gaussian\""), new("non_local", "scale", "true"), new("non_local", "subSample", "true")],
        },
        new("pytorch", "multi_head", "torch.nn.MultiheadAttention") { Rules = KeyMapList.Keep("in_proj_weight", "in_proj_bias", "out_proj.*") },
        new("psanet", "psa", "hszhao/semseg, model/psanet.py")
        {
            Rules =
            [
                .. KeyMapList.Keep("reduce.0.*", "reduce.1.*", "attention.0.*", "attention.1.*", "attention.3.*", "proj.0.*", "proj.1.*"),
                .. KeyMapList.KeepOptional("reduce_p.0.*", "reduce_p.1.*", "attention_p.0.*", "attention_p.1.*", "attention_p.3.*"),
            ],
            Slots = [("psa", "psa")],
            Implies = [new("psa", "outside", "\"zero\"")],
        },
        new("rga", "rga", "microsoft/Relation-Aware-Global-Attention-Networks, RGA_Module")
        {
            Rules =
            [
                .. new[] { "spatial", "channel" }.SelectMany(b => KeyMapList.KeepOptional(
                    [.. new[] { "theta", "phi", "gx", "gg" }.SelectMany(p => new[] { $"{p}_{b}.0.*", $"{p}_{b}.1.*" }),
                        $"W_{b}.0.*", $"W_{b}.1.*", $"W_{b}.3.*", $"W_{b}.4.*"])),
            ],
            Fits = static t => t.ContainsKey("gg_spatial.0.weight") || t.ContainsKey("gg_channel.0.weight"),
        },
    ];

    /// <summary>mmcv's ConvModule: a convolution and its norm.</summary>
    private static KeyRule[] Module(string from, string to) => [new($"{from}.conv.*", $"{to}.0.*"), new($"{from}.bn.*", $"{to}.1.*")];

    private static bool IsNonLocal(IReadOnlyDictionary<string, Tensor> tensors) =>
        (tensors.ContainsKey("W.weight") || tensors.ContainsKey("W.0.weight")) && tensors.ContainsKey("theta.weight") == tensors.ContainsKey("phi.weight");
}
