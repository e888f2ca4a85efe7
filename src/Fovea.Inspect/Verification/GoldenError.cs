namespace Fovea.Inspect;

/// <summary>The error of a tensor against its reference, as golden cases define it.</summary>
public static class GoldenError
{
    /// <summary>References that are nowhere larger count as zero.</summary>
    public const double ZeroBelow = 1e-6;

    /// <summary>The absolute error allowed where the reference counts as zero.</summary>
    public const double AbsoluteTolerance = 1e-4;

    /// <summary>
    /// <c>max|a − b| / max|b|</c>, or, where <c>max|b| ≤ 1e-6</c>, the absolute error scaled so that 1e-4 meets the tolerance exactly.
    /// NaN or infinity in either is an infinite error, unless both hold the same infinity there.
    /// </summary>
    /// <param name="actual">a.</param>
    /// <param name="expected">b, of the same length.</param>
    /// <param name="tolerance">The tolerance that the result will be compared with.</param>
    public static double Of(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double tolerance)
    {
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double d = actual[i] == expected[i] ? 0 : Math.Abs((double)actual[i] - expected[i]);
            if (double.IsNaN(d))
            {
                return double.PositiveInfinity;
            }

            difference = Math.Max(difference, d);
            largest = Math.Max(largest, Math.Abs((double)expected[i]));
        }

        return largest > ZeroBelow ? difference / largest : difference / AbsoluteTolerance * tolerance;
    }
}
