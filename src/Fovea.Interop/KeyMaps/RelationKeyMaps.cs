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
        new("ccnet", "criss_cross", "speedinghzl/CCNet, CrissCrossAttention")
        {
            Rules = KeyMapList.Keep([.. s_projections, "gamma"]),
            Slots = [("cca", "cca")],
        },
        new("mmseg", "criss_cross", "open-mmlab mmcv, CrissCrossAttention")
        {
            Rules = [.. KeyMapList.Keep(s_projections), new("gamma.scale", "gamma", KeyLayout.Scalar)],
            Slots = [("cca", "cca")],
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

    private static bool IsNonLocal(IReadOnlyDictionary<string, Tensor> tensors) =>
        (tensors.ContainsKey("W.weight") || tensors.ContainsKey("W.0.weight")) && tensors.ContainsKey("theta.weight") == tensors.ContainsKey("phi.weight");
}
