namespace Fovea.Io.KeyMaps;

/// <summary>Mechanisms over channels and positions, as their official repositories name them.</summary>
internal static class HybridKeyMaps
{
    public static IReadOnlyList<KeyMap> All { get; } =
    [
        new("official-cbam", "cbam", "Jongchan/attention-module, MODELS/cbam.py")
        {
            Rules =
            [
                new("ChannelGate.mlp.1.*", "channel.fc1.*", Rank: 2),
                new("ChannelGate.mlp.3.*", "channel.fc2.*", Rank: 2),
                new("SpatialGate.spatial.conv.*", "spatial.conv.*", Rank: 4),
                new("SpatialGate.spatial.bn.*", "spatial.bn.*"),
            ],
            Slots = [("cbam", "attention")],

            // Its ChannelPool stacks the maximum before the mean, and nothing in the file says so.
            Implies = [new("cbam", "poolOrder", "\"max-mean\""), new("cbam", "pools", "[\"avg\",\"max\"]")],
        },
        new("timm", "cbam", "huggingface/pytorch-image-models, CbamModule")
        {
            Rules =
            [
                new("channel.fc1.*", "channel.fc1.*", KeyLayout.Pointwise, Rank: 4), new("channel.fc2.*", "channel.fc2.*", KeyLayout.Pointwise, Rank: 4),
                new("spatial.conv.conv.*", "spatial.conv.*", Rank: 4), new("spatial.conv.bn.*", "spatial.bn.*"),
            ],
            Slots = [("se", "attention")],
            Implies = [new("cbam", "poolOrder", "\"mean-max\""), new("cbam", "pools", "[\"avg\",\"max\"]")],
        },
        new("official-bam", "bam", "Jongchan/attention-module, MODELS/bam.py")
        {
            Rules =
            [
                new("channel_att.gate_c.gate_c_fc_{i}.*", "channel.fc.{i}.*"),
                new("channel_att.gate_c.gate_c_bn_{i+1}.*", "channel.bn.{i}.*"),
                new("channel_att.gate_c.gate_c_fc_final.*", "channel.out.*"),
                new("spatial_att.gate_s.gate_s_conv_reduce0.*", "spatial.reduce.*"),
                new("spatial_att.gate_s.gate_s_bn_reduce0.*", "spatial.reduce_bn.*"),
                new("spatial_att.gate_s.gate_s_conv_di_{i}.*", "spatial.conv.{i}.*"),
                new("spatial_att.gate_s.gate_s_bn_di_{i}.*", "spatial.bn.{i}.*"),
                new("spatial_att.gate_s.gate_s_conv_final.*", "spatial.out.*"),
            ],
            Slots = [("bam{i}", "attention{i}")],
            Implies = [new("bam", "combine", "\"product\""), new("bam", "dilation", "4")],
        },
        new("coordattention", "coordinate", "houqb/CoordAttention, CoordAtt")
        {
            Rules = KeyMapList.Keep("conv1.*", "bn1.*", "conv_h.*", "conv_w.*"),
        },
        new("sa-net", "shuffle", "wofmanaf/SA-Net, sa_layer")
        {
            Rules = KeyMapList.Keep("cweight", "cbias", "sweight", "sbias", "gn.*"),
        },
        new("triplet", "triplet", "landskape-ai/triplet-attention, TripletAttention")
        {
            Rules =
            [
                new("cw.conv.conv.*", "cw.conv.*"), new("cw.conv.bn.*", "cw.bn.*"), new("hc.conv.conv.*", "hc.conv.*"),
                new("hc.conv.bn.*", "hc.bn.*"), new("hw.conv.conv.*", "hw.conv.*"), new("hw.conv.bn.*", "hw.bn.*"),
            ],
        },
        new("polarized", "polarized", "DeLightCMU/PSA, PSA_p and PSA_s")
        {
            Rules =
            [
                .. KeyMapList.Keep("conv_q_right.*", "conv_v_right.*", "conv_q_left.*", "conv_v_left.*"),
                .. KeyMapList.KeepOptional("conv_up.weight", "conv_up.0.*", "conv_up.1.*", "conv_up.3.*"),
            ],
            Slots = [("deattn", "attention")],
            Implies = [new("polarized", "variant", "\"official\"")],

            // The paper's form, which is ours alone, has a norm and no second convolution.
            Fits = static t => ChannelKeyMaps.Ends(t, "conv_up.weight").Any() || ChannelKeyMaps.Ends(t, "conv_up.3.weight").Any(),
        },
        new("smp", "scse", "qubvel-org/segmentation_models.pytorch, SCSEModule")
        {
            Rules = KeyMapList.Keep("cSE.1.*", "cSE.3.*", "sSE.0.*"),
            Slots = [("attention{i}.attention", "attention{i}"), ("attention", "attention")],
        },
    ];
}
