using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>ln x</c>.</summary>
/// <remarks>
/// float: at most 0.9 ulp from the true value, for subnormal x too; ln 0 = −∞, ln ∞ = ∞, NaN below zero. double:
/// <see cref="Math.Log(double)"/> lane by lane.
/// </remarks>
public readonly struct Log : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Of<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Of<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float))
        {
            return Lanewise.Apply<V, T, Scalar>(x);
        }

        V one = Lanewise.Number<V, T>(1);
        V subnormal = V.GreaterThan(Lanewise.Number<V, T>(1.17549435e-38), x);
        V scaled = V.Select(subnormal, x * Lanewise.Number<V, T>(8388608), x);
        V exponent = V.Exponent(scaled) - (subnormal & Lanewise.Number<V, T>(23));
        V mantissa = (scaled & Lanewise.Bits<V, T>(0x007F_FFFF)) | one;
        V high = V.GreaterThan(mantissa, Lanewise.Number<V, T>(1.41421356));
        mantissa = V.Select(high, mantissa * Lanewise.Number<V, T>(0.5), mantissa);
        V result = OnePlus<V, T>(mantissa - one, exponent + (high & one));

        V infinity = Lanewise.Number<V, T>(double.PositiveInfinity);
        V zero = V.Equal(x, V.Zero);
        result = V.Select(V.GreaterThan(infinity, x), result, x);
        result = V.Select(zero, -infinity, result);
        return V.Select(V.GreaterThan(V.Zero, x), Lanewise.Number<V, T>(double.NaN), result);
    }

    /// <summary>
    /// <c>ln(1 + y)</c> for 0 ≤ y ≤ 1, without the rounding of 1 + y.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V OfOnePlus<V, T>(V y)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float))
        {
            return Lanewise.Apply<V, T, ScalarOnePlus>(y);
        }

        // Above √2 − 1: 1 + y = 2·(1 + (y − 1)/2), which is within the polynomial's range and exact.
        V one = Lanewise.Number<V, T>(1);
        V high = V.GreaterThan(y, Lanewise.Number<V, T>(0.41421356));
        V f = V.Select(high, (y - one) * Lanewise.Number<V, T>(0.5), y);
        return OnePlus<V, T>(f, high & one);
    }

    // exponent·ln 2 + ln(1 + f) for √½ ≤ 1 + f ≤ √2: f − f²/2 + f³·P(f), relative error 6e-9.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V OnePlus<V, T>(V f, V exponent)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V p = V.MultiplyAdd(Lanewise.Number<V, T>(-0.07634496688842773), f, Lanewise.Number<V, T>(0.1276157647371292));
        p = V.MultiplyAdd(p, f, Lanewise.Number<V, T>(-0.13160182535648346));
        p = V.MultiplyAdd(p, f, Lanewise.Number<V, T>(0.14201757311820984));
        p = V.MultiplyAdd(p, f, Lanewise.Number<V, T>(-0.16623356938362122));
        p = V.MultiplyAdd(p, f, Lanewise.Number<V, T>(0.20001226663589478));
        p = V.MultiplyAdd(p, f, Lanewise.Number<V, T>(-0.2500081956386566));
        p = V.MultiplyAdd(p, f, Lanewise.Number<V, T>(0.3333333134651184));
        V square = f * f;
        V tail = V.MultiplyAdd(exponent, Lanewise.Number<V, T>(-2.12194440e-4), f * square * p);
        tail = V.MultiplyAdd(Lanewise.Number<V, T>(-0.5), square, tail);
        return V.MultiplyAdd(exponent, Lanewise.Number<V, T>(0.693359375), f + tail);
    }

    private readonly struct Scalar : IScalarFunction
    {
        public static double Apply(double x) => Math.Log(x);
    }

    private readonly struct ScalarOnePlus : IScalarFunction
    {
        public static double Apply(double y)
        {
            // The rounding of 1 + y cancels: ln u / (u − 1) hardly changes near u.
            double u = 1 + y;
            return u == 1 ? y : Math.Log(u) * (y / (u - 1));
        }
    }
}

/// <summary><c>dx = dy / x</c>; takes the input x of <see cref="Log"/>.</summary>
public readonly struct LogBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => dy / x;
}
