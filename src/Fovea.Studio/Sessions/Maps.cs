using Fovea.Inspect;
using Fovea.Studio.Serving;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>Maps as the page gets them: all numbers, unless they would be more than a click may bring.</summary>
internal static class Maps
{
    /// <summary>Values of one answer: with the head they stay below 64 KB.</summary>
    public const int MostValues = 16_000;

    /// <summary>The answer for a map.</summary>
    /// <param name="map">The map.</param>
    public static MapResult Answer(ScalarMap map)
    {
        (float[] values, int height, int width, int by) = Shrink(map.Values, 1, map.Height, map.Width);
        var head = new MapHead(map.Method, map.Site, height, width)
        {
            Minimum = Finite(map.Minimum),
            Maximum = Finite(map.Maximum),
            Entropy = Finite(map.Entropy),
            AveragedBy = by,
        };
        return new MapResult(head, values);
    }

    /// <summary>A number, or null for what JSON has no number for.</summary>
    public static float? Finite(float value) => float.IsFinite(value) ? value : null;

    /// <summary>A number, or null for what JSON has no number for.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;

    /// <summary>Averages maps over squares, of the smallest whole side that makes them few enough.</summary>
    /// <returns>The values, the sides of each map, and the side of the squares.</returns>
    public static (float[] Values, int Height, int Width, int By) Shrink(float[] values, int count, int height, int width)
    {
        int by = 1;
        while (count * (long)Up(height, by) * Up(width, by) > MostValues)
        {
            by++;
        }

        if (by == 1)
        {
            return (values, height, width, 1);
        }

        (int rows, int columns) = (Up(height, by), Up(width, by));
        float[] small = new float[count * rows * columns];
        for (int i = 0; i < small.Length; i++)
        {
            (int map, int rest) = Math.DivRem(i, rows * columns);
            (int top, int left) = (rest / columns * by, rest % columns * by);
            (int bottom, int right) = (Math.Min(height, top + by), Math.Min(width, left + by));
            double sum = 0;
            for (int y = top; y < bottom; y++)
            {
                for (int x = left; x < right; x++)
                {
                    sum += values[(((map * height) + y) * width) + x];
                }
            }

            small[i] = (float)(sum / ((bottom - top) * (right - left)));
        }

        return (small, rows, columns, by);
    }

    private static int Up(int length, int by) => (length + by - 1) / by;
}
