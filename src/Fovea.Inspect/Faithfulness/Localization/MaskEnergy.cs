namespace Fovea.Inspect;

/// <summary>
/// The share of a map that lies on the object: <c>Σ_mask max(v, 0) / Σ max(v, 0)</c> over the picture's pixels. Wang et al., "Score-CAM", 2020. A map
/// that is the same everywhere has the share of the picture that the object covers, and so has one without a value above 0.
/// </summary>
public static class MaskEnergy
{
    /// <summary>Measures it, from 0 to 1.</summary>
    /// <param name="map">The map; brought to the picture's pixels bilinearly.</param>
    /// <param name="mask">[height · width], true on the object.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="width">Columns of the picture.</param>
    public static double Of(ScalarMap map, IReadOnlyList<bool> mask, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(mask);
        float[] pixels = map.ResizedTo(height, width).Values;
        double inside = 0, all = 0;
        int covered = 0;
        for (int i = 0; i < pixels.Length; i++)
        {
            double value = Math.Max(pixels[i], 0);
            all += value;
            inside += mask[i] ? value : 0;
            covered += mask[i] ? 1 : 0;
        }

        return all > 0 ? inside / all : (double)covered / pixels.Length;
    }
}
