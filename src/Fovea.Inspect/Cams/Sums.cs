namespace Fovea.Inspect;

/// <summary>Sums over a channel's places, in double precision and in order.</summary>
internal static class Sums
{
    public static double Of(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum;
    }

    /// <summary><c>Σ_p f(a_p, g_p)</c>.</summary>
    public static double Of(ReadOnlySpan<float> a, ReadOnlySpan<float> g, Func<double, double, double> term)
    {
        double sum = 0;
        for (int p = 0; p < a.Length; p++)
        {
            sum += term(a[p], g[p]);
        }

        return sum;
    }
}
