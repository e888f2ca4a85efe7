namespace Fovea.Inspect;

/// <summary>A map's values at the pixels of a picture.</summary>
internal static class MapPixels
{
    /// <summary>
    /// Bilinear between the centres of the cells, constant beyond the outermost ones (PyTorch's <c>interpolate</c> with <c>align_corners=False</c>). A grid of the
    /// picture's own size is taken as it is.
    /// </summary>
    /// <returns>[height · width]; the map's own array where nothing changes.</returns>
    public static float[] Of(ScalarMap map, int height, int width)
    {
        if (map.Height == height && map.Width == width)
        {
            return map.Values;
        }

        (int Low, int High, float Share)[] columns = Places(map.Width, width), rows = Places(map.Height, height);
        float[] pixels = new float[height * width];
        for (int y = 0; y < height; y++)
        {
            (int top, int bottom, float down) = rows[y];
            for (int x = 0; x < width; x++)
            {
                (int left, int right, float along) = columns[x];
                float above = map[top, left] + (map[top, right] - map[top, left]) * along;
                float below = map[bottom, left] + (map[bottom, right] - map[bottom, left]) * along;
                pixels[y * width + x] = above + (below - above) * down;
            }
        }

        return pixels;
    }

    private static (int Low, int High, float Share)[] Places(int cells, int pixels)
    {
        var places = new (int, int, float)[pixels];
        for (int i = 0; i < pixels; i++)
        {
            double at = Math.Clamp((i + 0.5) * cells / pixels - 0.5, 0, cells - 1);
            int low = (int)at;
            places[i] = (low, Math.Min(low + 1, cells - 1), (float)(at - low));
        }

        return places;
    }
}
