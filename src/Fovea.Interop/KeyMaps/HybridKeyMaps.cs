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
        new("smp", "scse", "qubvel-org/segmentation_models.pytorch, SCSEModule")
        {
            Rules = KeyMapList.Keep("cSE.1.*", "cSE.3.*", "sSE.0.*"),
            Slots = [("attention{i}.attention", "attention{i}"), ("attention", "attention")],
        },
    ];
}
