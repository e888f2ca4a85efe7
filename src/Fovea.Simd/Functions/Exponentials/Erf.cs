using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary>The error function <c>erf x = 2/√π · ∫₀ˣ e^−t² dt</c>.</summary>
/// <remarks>
/// float: at most 1.2 ulp, keeps the sign of zero; ±1 at ±∞, NaN stays NaN. double: series and continued fraction lane by lane, about
/// 1e-15.
/// </remarks>
public readonly struct Erf : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float))
        {
            return Lanewise.Apply<V, T, Scalar>(x);
        }

        V one = Lanewise.Number<V, T>(1);
        V magnitude = V.MinFast(Lanewise.Number<V, T>(11), V.Abs(x));
        V square = magnitude * magnitude;
        V far = one - Complement<V, T>(magnitude, square, V.MultiplyAdd(magnitude, magnitude, -square));
        V near = V.MultiplyAdd(x, Near<V, T>(square), x);
        return V.Select(V.GreaterThan(one, magnitude), near, far | Lanewise.Sign<V, T>(x));
    }

    /// <summary><c>erf(x)/x − 1</c> of x² for |x| ≤ 1, relative error 1e-9.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Near<V, T>(V square)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V p = V.MultiplyAdd(Lanewise.Number<V, T>(7.853854185668752e-05), square, Lanewise.Number<V, T>(-0.000801019137725234));
        p = V.MultiplyAdd(p, square, Lanewise.Number<V, T>(0.00518832728266716));
        p = V.MultiplyAdd(p, square, Lanewise.Number<V, T>(-0.026853810995817184));
        p = V.MultiplyAdd(p, square, Lanewise.Number<V, T>(0.1128358542919159));
        p = V.MultiplyAdd(p, square, Lanewise.Number<V, T>(-0.3761262595653534));
        return V.MultiplyAdd(p, square, Lanewise.Number<V, T>(0.12837916612625122));
    }

    /// <summary>
    /// <c>1 − erf t</c> in float for 1 ≤ t ≤ 11, given t² as the sum of <paramref name="square"/> and its rounding
    /// <paramref name="tail"/>: <c>e^(L(t) − t²)</c> with L(t) = ln(1 − erf t) + t², a smooth function that a polynomial in t − 3 fits
    /// to 1.3e-8 up to t = 5, where erf t is 1 − 1.5e-12; beyond, L stays and the result still falls like e^−t².
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Complement<V, T>(V t, V square, V tail)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V u = V.MinFast(Lanewise.Number<V, T>(2), t - Lanewise.Number<V, T>(3));
        V p = V.MultiplyAdd(Lanewise.Number<V, T>(-1.067621724359924e-07), u, Lanewise.Number<V, T>(1.1266329238424078e-06));
        p = V.MultiplyAdd(p, u, Lanewise.Number<V, T>(-7.276901214936515e-06));
        p = V.MultiplyAdd(p, u, Lanewise.Number<V, T>(4.295547478250228e-05));
        p = V.MultiplyAdd(p, u, Lanewise.Number<V, T>(-0.0002453528286423534));
        p = V.MultiplyAdd(p, u, Lanewise.Number<V, T>(0.001353439292870462));
        p = V.MultiplyAdd(p, u, Lanewise.Number<V, T>(-0.007412170525640249));
        p = V.MultiplyAdd(p, u, Lanewise.Number<V, T>(0.04260573163628578));
        p = V.MultiplyAdd(p, u, Lanewise.Number<V, T>(-0.3037536144256592));
        p = V.MultiplyAdd(p, u, Lanewise.Number<V, T>(-1.7203630208969116));

        // The rounding of p − t² goes into the exponential's tail, together with that of t² itself.
        V sum = p - square;
        V rounding = p - (sum + square);
        return Exp.OfSum<V, T>(sum, rounding - tail);
    }

    internal readonly struct Scalar : IScalarFunction
    {
        public static double Apply(double x)
        {
            double magnitude = Math.Abs(x);
            return magnitude < 2 ? Math.CopySign(Series(magnitude), x)
                : double.IsNaN(x) ? x
                : Math.CopySign(1 - Fraction(magnitude), x);
        }

        /// <summary>1 − erf x, accurate also where erf x is near 1.</summary>
        public static double Complement(double x) =>
            x >= 2 ? Fraction(x) : x > -2 ? 1 - Math.CopySign(Series(Math.Abs(x)), x) : double.IsNaN(x) ? x : 2 - Fraction(-x);

        // erf x = 2/√π · e^−x² · Σ 2ⁿ·x^(2n+1) / (1·3·5···(2n+1)): all terms positive, so nothing cancels.
        private static double Series(double x)
        {
            double term = x;
            double sum = x;
            for (int n = 1; n < 100 && term > sum * 1e-17; n++)
            {
                term *= 2 * x * x / ((2 * n) + 1);
                sum += term;
            }

            return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
        }

        // 1 − erf x = e^−x²/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))), from the inside out.
        private static double Fraction(double x)
        {
            if (x > 27)
            {
                return 0;
            }

            double value = x;
            for (int n = 120; n > 0; n--)
            {
                value = x + (n * 0.5 / value);
            }

            return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * value);
        }
    }
}

/// <summary><c>dx = 2/√π · e^−x² · dy</c>; takes the input x of <see cref="Erf"/>.</summary>
public readonly struct ErfBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        dy * (Exp.Normal<V, T>(-(x * x)) * Lanewise.Number<V, T>(1.1283791670955126));
}
