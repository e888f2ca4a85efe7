namespace Fovea.Training;

/// <summary>Student's t distribution, by the regularised incomplete beta function: <c>P(|T| ≥ t) = I_{ν/(ν+t²)}(ν/2, 1/2)</c>.</summary>
internal static class StudentT
{
    private const int Halvings = 200;
    private const int MostTerms = 20_000;
    private const double Tiny = 1e-300;

    /// <summary>The probability of a value at least as far from 0.</summary>
    /// <param name="t">The value.</param>
    /// <param name="freedom">Degrees of freedom, above 0.</param>
    public static double TwoSided(double t, double freedom) => Math.Min(1, Beta(freedom / (freedom + (t * t)), freedom / 2, 0.5));

    /// <summary>The value that is exceeded on either side with a probability, <c>0 &lt; p &lt; 1</c>.</summary>
    /// <param name="p">The probability of both sides together.</param>
    /// <param name="freedom">Degrees of freedom, above 0.</param>
    public static double Exceeded(double p, double freedom)
    {
        double low = 0, high = 1;
        while (TwoSided(high, freedom) > p)
        {
            high *= 2;
        }

        for (int i = 0; i < Halvings && low < high; i++)
        {
            double middle = low + ((high - low) / 2);
            (low, high) = TwoSided(middle, freedom) > p ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>The regularised incomplete beta function I_x(a, b), 0 ≤ x ≤ 1.</summary>
    internal static double Beta(double x, double a, double b)
    {
        if (x <= 0 || x >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        // The fraction converges fast on the side of the mean that x lies on; the other side follows from I_x(a, b) = 1 − I_{1−x}(b, a).
        double front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        return x < (a + 1) / (a + b + 2) ? front * Fraction(x, a, b) / a : 1 - (front * Fraction(1 - x, b, a) / b);
    }

    // 1/(1 + d₁/(1 + d₂/(1 + …))), from the front on: the ratios of neighbouring numerators and denominators are kept, not these themselves.
    private static double Fraction(double x, double a, double b)
    {
        double value = 1, numerators = 1, denominators = 0;
        for (int i = 0; i < MostTerms; i++)
        {
            int m = i / 2;
            double term = i == 0 ? 1
                : i % 2 == 0 ? m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)))
                : -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            denominators = 1 / NotZero(1 + (term * denominators));
            numerators = NotZero(1 + (term / numerators));
            double change = numerators * denominators;
            value *= change;
            if (Math.Abs(change - 1) < 1e-15)
            {
                break;
            }
        }

        return value - 1;
    }

    private static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;

    // Stirling's series, from 10 on exact to a double; below, Γ(x) = Γ(x + 1)/x.
    private static double LogGamma(double x)
    {
        double shift = 0;
        for (; x < 10; x++)
        {
            shift += Math.Log(x);
        }

        double inverse = 1 / x, square = inverse * inverse;
        double series = inverse * ((1.0 / 12) - (square * ((1.0 / 360) - (square * ((1.0 / 1260) - (square * ((1.0 / 1680) - (square / 1188))))))));
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + series - shift;
    }
}
