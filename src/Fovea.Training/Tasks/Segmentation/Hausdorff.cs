namespace Fovea.Training;

/// <summary>
/// The 95 % Hausdorff distance: how far the outlines of two regions are from each other, the worst twentieth left out. The outline of a
/// region are its pixels with a neighbour (of four) outside, or at the picture's edge. With d(a, B) the distance of a point to the
/// nearest of B: <c>max(P₉₅{d(a, B)}, P₉₅{d(b, A)})</c>, in pixels.
/// </summary>
/// <remarks>
/// Percentiles are interpolated linearly between ranks. Distances come from the exact transform of Felzenszwalb and Huttenlocher,
/// "Distance Transforms of Sampled Functions", 2012.
/// </remarks>
internal static class Hausdorff
{
    private const double Rank = 0.95;
    private const float Far = 1e20f;

    /// <summary>The distance between the regions of a class in two masks of the same size; null when one of them is empty.</summary>
    public static double? Distance95(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int width, byte label)
    {
        int height = first.Length / width;
        (int left, int top, int right, int bottom) = Bounds(first, second, width, height, label);
        int columns = right - left + 1, rows = bottom - top + 1;
        if (columns <= 0)
        {
            return null;
        }

        // Nothing outside of the box of both regions is on an outline, so distances need not be known there.
        bool[] a = Outline(first, width, height, label, left, top, columns, rows);
        bool[] b = Outline(second, width, height, label, left, top, columns, rows);
        return a.Contains(true) && b.Contains(true)
            ? Math.Max(Percentile(a, Squares(b, columns, rows)), Percentile(b, Squares(a, columns, rows)))
            : null;
    }

    private static (int Left, int Top, int Right, int Bottom) Bounds(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int width, int height, byte label)
    {
        (int left, int top, int right, int bottom) = (width, height, -1, -1);
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> a = first.Slice(y * width, width), b = second.Slice(y * width, width);
            int from = Least(a.IndexOf(label), b.IndexOf(label));
            if (from < 0)
            {
                continue;
            }

            (left, right) = (Math.Min(left, from), Math.Max(right, Math.Max(a.LastIndexOf(label), b.LastIndexOf(label))));
            (top, bottom) = (Math.Min(top, y), y);
        }

        return (left, top, right, bottom);

        static int Least(int a, int b) => a < 0 ? b : b < 0 ? a : Math.Min(a, b);
    }

    private static bool[] Outline(ReadOnlySpan<byte> mask, int width, int height, byte label, int left, int top, int columns, int rows)
    {
        bool[] outline = new bool[columns * rows];
        for (int y = top; y < top + rows; y++)
        {
            for (int x = left; x < left + columns; x++)
            {
                int at = y * width + x;
                outline[(y - top) * columns + x - left] = mask[at] == label
                    && (x == 0 || y == 0 || x == width - 1 || y == height - 1
                        || mask[at - 1] != label || mask[at + 1] != label || mask[at - width] != label || mask[at + width] != label);
            }
        }

        return outline;
    }

    /// <summary>The square of each place's distance to the nearest of the set: the lower envelope of parabolas, along columns and then rows.</summary>
    private static float[] Squares(bool[] set, int columns, int rows)
    {
        float[] squares = [.. set.Select(s => s ? 0 : Far)];
        int longest = Math.Max(columns, rows);
        float[] line = new float[longest], ends = new float[longest + 1];
        int[] centers = new int[longest];
        for (int x = 0; x < columns; x++)
        {
            Envelope(squares, x, columns, rows, line, ends, centers);
        }

        for (int y = 0; y < rows; y++)
        {
            Envelope(squares, y * columns, 1, columns, line, ends, centers);
        }

        return squares;
    }

    private static void Envelope(float[] values, int start, int step, int count, float[] line, float[] ends, int[] centers)
    {
        for (int i = 0; i < count; i++)
        {
            line[i] = values[start + i * step];
        }

        int last = 0;
        (centers[0], ends[0], ends[1]) = (0, float.NegativeInfinity, float.PositiveInfinity);
        for (int q = 1; q < count; q++)
        {
            // Squares are whole numbers below 2²⁴ for pictures of this age; the double keeps the crossing exact enough to compare.
            double crossing = Crossing(line, q, centers[last]);
            while (crossing <= ends[last])
            {
                last--;
                crossing = Crossing(line, q, centers[last]);
            }

            last++;
            (centers[last], ends[last], ends[last + 1]) = (q, (float)crossing, float.PositiveInfinity);
        }

        for (int q = 0, k = 0; q < count; q++)
        {
            while (ends[k + 1] < q)
            {
                k++;
            }

            float apart = q - centers[k];
            values[start + q * step] = apart * apart + line[centers[k]];
        }
    }

    private static double Crossing(float[] line, int q, int p) =>
        ((line[q] + (double)q * q) - (line[p] + (double)p * p)) / (2.0 * (q - p));

    private static double Percentile(bool[] of, float[] squares)
    {
        float[] distances = [.. Enumerable.Range(0, of.Length).Where(i => of[i]).Select(i => squares[i])];
        Array.Sort(distances);
        double place = Rank * (distances.Length - 1);
        int low = (int)place, high = Math.Min(low + 1, distances.Length - 1);
        double from = Math.Sqrt(distances[low]), to = Math.Sqrt(distances[high]);
        return from + (place - low) * (to - from);
    }
}
