namespace Fovea.Inspect;

/// <summary>
/// Whether a map points at the object: its largest value lies in the object's mask, or within a tolerance of it. Zhang et al., "Top-down neural attention
/// by excitation backprop", 2016.
/// </summary>
public static class PointingGame
{
    /// <summary>The tolerance of the paper, 15 pixels of pictures of 224, for pictures of another size: rounded, in pixels.</summary>
    public static int DefaultTolerance(int height, int width) => (int)Math.Round(15.0 * Math.Max(height, width) / 224);

    /// <summary>Plays it.</summary>
    /// <param name="map">The map; brought to the picture's pixels bilinearly.</param>
    /// <param name="mask">[height · width], true on the object.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="tolerance">How far from the mask, in pixels and straight, still counts, at least 0.</param>
    /// <param name="seed">Of several largest values one is drawn: a map that is the same everywhere points anywhere.</param>
    /// <returns>1 for a hit, 0 for a miss.</returns>
    public static double Play(ScalarMap map, IReadOnlyList<bool> mask, int height, int width, int tolerance, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        int top = PixelOrder.Descending(map.ResizedTo(height, width).Values, new Generator(seed).Fork("ties"))[0];
        (int y, int x) = Math.DivRem(top, width);
        for (int v = Math.Max(0, y - tolerance); v <= Math.Min(height - 1, y + tolerance); v++)
        {
            for (int u = Math.Max(0, x - tolerance); u <= Math.Min(width - 1, x + tolerance); u++)
            {
                if (mask[v * width + u] && (v - y) * (v - y) + (u - x) * (u - x) <= tolerance * tolerance)
                {
                    return 1;
                }
            }
        }

        return 0;
    }
}
