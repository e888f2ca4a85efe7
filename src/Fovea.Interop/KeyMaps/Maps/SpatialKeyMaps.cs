namespace Fovea.Io.KeyMaps;

/// <summary>Spatial mechanisms of the well-known repositories.</summary>
internal static class SpatialKeyMaps
{
    public static IReadOnlyList<KeyMap> All { get; } =
    [
        new("sge", "sge", "implus/PytorchInsight, SpatialGroupEnhance")
        {
            Rules = [new("weight", "weight", Rank: 4), new("bias", "bias")],
            Fits = static t => t["weight"].Shape == t["bias"].Shape && t["weight"].Shape[0] == 1 && t["weight"].Shape.Product(2, 4) == 1,
        },
    ];
}
