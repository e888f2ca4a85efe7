using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary>
/// <c>x · Φ(x)</c> with the normal distribution function <c>Φ(x) = ½ · (1 + erf(x/√2))</c> (Hendrycks and Gimpel 2016; the exact form,
/// PyTorch's default).
/// </summary>
/// <remarks>
/// float: at most 2.9 ulp for x ≥ −1 and a relative error of at most 1.5e-6 down to x = −7, because the left tail is computed as a
/// complement and not as 1 minus almost 1; −∞ gives −0, NaN stays NaN.
/// </remarks>
public readonly struct Gelu : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.MaxFast(Lanewise.Number<V, T>(-Limit), x) * Distribution<V, T>(x);

    // Φ is exactly 0 or 1 and e^−x²/2 is 0 from here on, in either precision; at 1e3 no square overflows.
    internal const double Limit = 40;

    /// <summary>Φ(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Distribution<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float))
        {
            return Lanewise.Apply<V, T, Scalar>(x);
        }

        V half = Lanewise.Number<V, T>(0.5);
        V magnitude = V.MinFast(Lanewise.Number<V, T>(15.5), V.Abs(x));
        V square = magnitude * magnitude;
        V tail = V.MultiplyAdd(magnitude, magnitude, -square) * half;
        V t = magnitude * Lanewise.Number<V, T>(0.70710678118654752);
        V complement = half * Erf.Complement<V, T>(t, square * half, tail);
        V far = V.Select(V.GreaterThan(x, V.Zero), Lanewise.Number<V, T>(1) - complement, complement);
        V u = x * Lanewise.Number<V, T>(0.70710678118654752 / 2);
        V near = V.MultiplyAdd(u, Erf.Near<V, T>(square * half), u) + half;
        return V.Select(V.GreaterThan(Lanewise.Number<V, T>(1), t), near, far);
    }

    private readonly struct Scalar : IScalarFunction
    {
        public static double Apply(double x) => 0.5 * Erf.Scalar.Complement(-x * 0.70710678118654752);
    }
}

/// <summary><c>dx = (Φ(x) + x · e^(−x²/2) / √(2π)) · dy</c>; takes the input x of <see cref="Gelu"/>.</summary>
public readonly struct GeluBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V limit = Lanewise.Number<V, T>(Gelu.Limit);
        x = V.MinFast(limit, V.MaxFast(-limit, x));
        V density = Exp.Normal<V, T>(x * x * Lanewise.Number<V, T>(-0.5)) * Lanewise.Number<V, T>(0.3989422804014327);
        return dy * V.MultiplyAdd(x, density, Gelu.Distribution<V, T>(x));
    }
}
