namespace Fovea.Inspect;

/// <summary>Whether two maps order the places of a picture alike.</summary>
public static class RankCorrelation
{
    /// <summary>
    /// Spearman's ρ: Pearson's correlation of the ranks, where equal values share the mean of their ranks; from −1 (the opposite order) over 0 (none in
    /// common) to 1 (the same order). It is 0 where one map is the same everywhere: such a map says nothing.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Spearman(ReadOnlySpan<float> first, ReadOnlySpan<float> second) => first.Length == second.Length
        ? Pearson(Ranks(first), Ranks(second))
        : throw new ArgumentException($"rank correlation: expected two maps of one length, got {first.Length} and {second.Length}; bring both to one grid.");

    /// <summary>
    /// Spearman's ρ of two maps of one picture: on their own grid if they share one, else on the finer of both in each axis, bilinearly.
    /// </summary>
    public static double Spearman(ScalarMap first, ScalarMap second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        (int height, int width) = (Math.Max(first.Height, second.Height), Math.Max(first.Width, second.Width));
        return Spearman(first.ResizedTo(height, width).Values, second.ResizedTo(height, width).Values);
    }

    /// <summary>The rank of each value from 1 on; equal values share the mean of their ranks.</summary>
    internal static double[] Ranks(ReadOnlySpan<float> values)
    {
        float[] sorted = values.ToArray();
        int[] order = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, order);
        double[] ranks = new double[sorted.Length];
        for (int start = 0; start < sorted.Length;)
        {
            int end = start + 1;
            while (end < sorted.Length && sorted[end].Equals(sorted[start]))
            {
                end++;
            }

            for (int i = start; i < end; i++)
            {
                ranks[order[i]] = (start + 1 + end) / 2.0;
            }

            start = end;
        }

        return ranks;
    }

    /// <summary>Pearson's correlation; 0 where one side is the same everywhere.</summary>
    internal static double Pearson(double[] a, double[] b)
    {
        if (a.Length == 0)
        {
            return 0;
        }

        double meanA = a.Average(), meanB = b.Average(), product = 0, squareA = 0, squareB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double da = a[i] - meanA, db = b[i] - meanB;
            product += da * db;
            squareA += da * da;
            squareB += db * db;
        }

        return squareA == 0 || squareB == 0 ? 0 : product / Math.Sqrt(squareA * squareB);
    }
}
