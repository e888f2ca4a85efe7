namespace Fovea.Io.KeyMaps;

/// <summary>
/// Segmentation networks of a backbone and a head. Their names are ours but for the mechanisms in mmsegmentation's heads, which are translated
/// from mmcv's to the catalogue's.
/// </summary>
internal static class SegmentationKeyMaps
{
    private const string Mmseg = "mmseg";
    private const string Classifier = "decode_head.conv_seg.*";
    private static readonly KeyRule[] s_pointwise =
    [
        .. Branch("reduce", "attention", string.Empty), .. Branch("reduce", "attention", "_p"),
        new("proj.conv.*", "proj.0.*"), new("proj.bn.*", "proj.1.*"),
    ];

    public static IReadOnlyList<KeyMap> All { get; } =
    [
        new("torchvision", "", "torchvision, FCN and DeepLabV3")
        {
            Rules =
            [
                .. KeyMapList.Keep("backbone.conv1.weight", "backbone.layer1.0.conv1.weight", "backbone.layer4.0.conv1.weight", "classifier.4.*"),
                .. KeyMapList.KeepOptional("aux_classifier.4.*"),
            ],
        },

        // FCN's, PSPNet's and GCNet's heads, whose names are ours throughout.
        new(Mmseg, "", "open-mmlab/mmsegmentation, EncoderDecoder of a ResNet and a head")
        {
            Rules = KeyMapList.Keep("backbone.layer1.0.conv1.weight", "backbone.layer4.0.conv1.weight", Classifier),
        },
        new(Mmseg, "psa", "open-mmlab/mmsegmentation, PSAHead")
        {
            Rules = s_pointwise,
            Slots = [("decode_head", "decode_head.psa")],
            TellsModel = true,
            Implies = [new("psa", "resizing", "\"mmseg\""), new("psa", "outside", "\"zero\"")],
        },
    ];

    private static KeyRule[] Branch(string reduce, string attention, string suffix) =>
    [
        new($"{reduce}{suffix}.conv.*", $"{reduce}{suffix}.0.*", IsOptional: suffix.Length > 0),
        new($"{reduce}{suffix}.bn.*", $"{reduce}{suffix}.1.*", IsOptional: suffix.Length > 0),
        new($"{attention}{suffix}.0.conv.*", $"{attention}{suffix}.0.*", IsOptional: suffix.Length > 0),
        new($"{attention}{suffix}.0.bn.*", $"{attention}{suffix}.1.*", IsOptional: suffix.Length > 0),
        new($"{attention}{suffix}.1.weight", $"{attention}{suffix}.3.weight", IsOptional: suffix.Length > 0),
    ];
}
