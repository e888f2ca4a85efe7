using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea.Simd.Tests.Functions;

/// <summary>The functions in double, by formulas that do not share code with the float bodies.</summary>
internal static class Reference
{
    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    public static double Softplus(double x) => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x)));

    public static double Gelu(double x) => double.IsNegativeInfinity(x) ? 0 : x * 0.5 * Complement(-x / Math.Sqrt(2));

    public static double GeluTanh(double x) =>
        double.IsNegativeInfinity(x) ? 0 : x * Sigmoid(2 * Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)));

    /// <summary>erf by Fovea's double body, which its own test checks against published values.</summary>
    public static double Erf(double x)
    {
        Span<double> y = stackalloc double[1];
        Map.Run([x], y, default(Erf));
        return y[0];
    }

    private static double Complement(double x) => Fovea.Simd.Functions.Erf.Scalar.Complement(x);

    private static double LogOnePlus(double y) => y < 1e-4 ? y - (y * y / 2) + (y * y * y / 3) : Math.Log(1 + y);
}
