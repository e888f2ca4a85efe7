namespace Fovea.Simd.Tests.Functions;

/// <summary>Errors of float results in units of the last place of the true value.</summary>
internal static class Ulp
{
    /// <summary>Distance of <paramref name="got"/> from the true value, in spacings of float there; 0 where both are NaN or the same infinity.</summary>
    public static double Error(float got, double truth)
    {
        if (double.IsNaN(truth) || float.IsNaN(got))
        {
            return double.IsNaN(truth) && float.IsNaN(got) ? 0 : double.PositiveInfinity;
        }

        // A result past the greatest float may be either that or infinity when the truth rounds to neither side clearly.
        if (float.IsInfinity(got) || double.Abs(truth) > float.MaxValue)
        {
            float rounded = (float)truth;
            return got.Equals(rounded) ? 0
                : float.IsInfinity(got) && double.Abs(truth) > float.MaxValue * (1 - 1e-6) && float.Sign(got) == double.Sign(truth) ? 1
                : got is float.MaxValue or float.MinValue && float.IsInfinity(rounded) ? 1
                : double.PositiveInfinity;
        }

        int exponent = truth == 0 ? -149 : Math.Max(Math.ILogB(truth), -126) - 23;
        return Math.Abs(got - truth) / Math.ScaleB(1, Math.Max(exponent, -149));
    }
}
