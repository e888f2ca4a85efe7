namespace Fovea.Training.Data;

/// <summary>Draws from Beta(α, α) as X / (X + Y) of two gamma variables (Marsaglia and Tsang, 2000).</summary>
internal static class BetaDistribution
{
    /// <summary>A number of 0 to 1.</summary>
    public static double Draw(Generator random, double alpha)
    {
        double x = LogGamma(random, alpha), y = LogGamma(random, alpha);

        // By logarithms: a gamma of small α underflows, and 0 / 0 is no share.
        return 1 / (1 + Math.Exp(y - x));
    }

    private static double LogGamma(Generator random, double alpha)
    {
        if (alpha < 1)
        {
            return LogGamma(random, alpha + 1) + Math.Log(1 - random.NextDouble()) / alpha;
        }

        double d = alpha - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double normal = random.NextNormal(), v = 1 + c * normal;
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            if (Math.Log(1 - random.NextDouble()) < 0.5 * normal * normal + d - d * v + d * Math.Log(v))
            {
                return Math.Log(d * v);
            }
        }
    }
}
