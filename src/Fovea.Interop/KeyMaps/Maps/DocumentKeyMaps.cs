namespace Fovea.Io.KeyMaps;

/// <summary>The modules of the tutorials that this library is measured against, and of the ports that have the same names.</summary>
internal static class DocumentKeyMaps
{
    private static readonly Implied s_meanMax = new("cbam", "poolOrder", "\"mean-max\"");
    private static readonly Implied s_avgMax = new("cbam", "pools", "[\"avg\",\"max\"]");

    private static readonly KeyRule[] s_cbam =
    [
        new("channel_attention.shared_MLP.0.*", "channel.fc1.*", KeyLayout.Pointwise),
        new("channel_attention.shared_MLP.2.*", "channel.fc2.*", KeyLayout.Pointwise),
        new("spatial_attention.conv2d.*", "spatial.conv.*", Rank: 4),
    ];

    public static IReadOnlyList<KeyMap> All { get; } =
    [
        new("document-000", "attention_gate", "document 000 and LeeJunHyun/Image_Segmentation, Attention_block")
        {
            Rules =
            [
                new("W_g.0.*", "w_g.0.*"), new("W_g.1.*", "w_g.1.*"), new("W_x.0.*", "w_x.0.*"), new("W_x.1.*", "w_x.1.*"),
                .. KeyMapList.Keep("psi.0.*", "psi.1.*"),
            ],
        },
        new("document-000", "cbam", "document 000, CBAM") { Rules = s_cbam, Slots = [("cbam", "attention")], Implies = [s_meanMax, s_avgMax] },
        new("document-000", "bottleneck", "document 000, ResBlock_CBAM")
        {
            Rules =
            [
                new("bottleneck.0.*", "conv1.*"), new("bottleneck.1.*", "bn1.*"), new("bottleneck.3.*", "conv2.*"),
                new("bottleneck.4.*", "bn2.*"), new("bottleneck.6.*", "conv3.*"), new("bottleneck.7.*", "bn3.*"),
                .. s_cbam.Select(r => r with { From = $"cbam.{r.From}", To = $"attention.{r.To}" }),
                .. KeyMapList.KeepOptional("downsample.0.*", "downsample.1.*"),
            ],
            Implies = [s_meanMax, s_avgMax],
        },
        new("document-000", "self_attention", "document 000, Self_Attention")
        {
            Rules = [new("q.*", "q.*", Rank: 2), new("k.*", "k.*", Rank: 2), new("v.*", "v.*", Rank: 2)],
            Implies = [new("self_attention", "scale", "\"after-softmax\"")],
        },
        new("document-001", "bam", "document 001, BAMBlock")
        {
            Rules =
            [
                new("ca.ca.fc{i}.*", "channel.fc.{i}.*"), new("ca.ca.bn{i}.*", "channel.bn.{i}.*"), new("ca.ca.last_fc.*", "channel.out.*"),
                new("sa.sa.conv_reduce1.*", "spatial.reduce.*"), new("sa.sa.bn_reduce1.*", "spatial.reduce_bn.*"),
                new("sa.sa.conv_{i}.*", "spatial.conv.{i}.*"), new("sa.sa.bn_{i}.*", "spatial.bn.{i}.*"),
                new("sa.sa.last_conv.*", "spatial.out.*"),
            ],
            Implies = [new("bam", "combine", "\"sum\""), new("bam", "padding", "1")],
        },
        new("document-003", "cbam", "document 003 and luuuyi/CBAM.PyTorch, ca and sa")
        {
            Rules =
            [
                new("ca.fc1.*", "channel.fc1.*", KeyLayout.Pointwise, Rank: 4), new("ca.fc2.*", "channel.fc2.*", KeyLayout.Pointwise, Rank: 4),
                new("sa.conv1.*", "spatial.conv.*", Rank: 4),
            ],
            Implies = [s_meanMax, s_avgMax],
        },
        new("document-003", "cbam_channel", "document 003 and luuuyi/CBAM.PyTorch, ChannelAttention")
        {
            Rules = [new("fc1.weight", "fc1.weight", KeyLayout.Pointwise, Rank: 4), new("fc2.weight", "fc2.weight", KeyLayout.Pointwise, Rank: 4)],
            Implies = [new("cbam_channel", "pools", "[\"avg\",\"max\"]")],
            Fits = static t => !ChannelKeyMaps.Ends(t, "fc1.bias").Any(),
        },
        new("document-003", "psa_simplified", "document 003, PSAModule") { Rules = KeyMapList.Keep("conv_reduce.*", "collect.*", "distribute.*") },
        new("document-004", "spatial", "documents 003 and 004, SpatialAttention")
        {
            Rules = [new("conv1.weight", "conv.weight", Rank: 4)],
            Slots = [("channel_attention", "")],
            Implies = [new("spatial", "poolOrder", "\"mean-max\"")],
            Fits = static t => t.Count == 1 && t.Values.All(w => w.Shape[0] == 1 && w.Shape[1] == 2),
        },
    ];
}
