namespace Fovea.Models;

/// <summary>Maps as tokens and back.</summary>
internal static class MapLayouts
{
    /// <summary>[N, C, H, W] → [N, H·W, C].</summary>
    public static Tensor ToTokens(Tensor maps) => maps.Flatten(2).Transpose(1, 2);

    /// <summary>[N, H·W, C] → [N, C, H, W].</summary>
    public static Tensor ToMaps(Tensor tokens, int height, int width)
    {
        int channels = tokens.Shape[2];
        return tokens.Transpose(1, 2).Reshape(-1, channels, height, width);
    }
}
