namespace Fovea.Io.KeyMaps;

/// <summary>Every key map, in the order of the lists.</summary>
internal static class KeyMapList
{
    public static IReadOnlyList<KeyMap> All { get; } =
        [.. ChannelKeyMaps.All, .. SpatialKeyMaps.All, .. HybridKeyMaps.All, .. RelationKeyMaps.All, .. DocumentKeyMaps.All, .. ModelKeyMaps.All,
            .. SegmentationKeyMaps.All];

    /// <summary>Rules that keep names: the source's are ours.</summary>
    public static KeyRule[] Keep(params string[] names) => [.. names.Select(n => new KeyRule(n, n))];

    /// <summary>Rules that keep names which may be missing.</summary>
    public static KeyRule[] KeepOptional(params string[] names) => [.. names.Select(n => new KeyRule(n, n, IsOptional: true))];
}
