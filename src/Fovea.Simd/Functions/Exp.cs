using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>eˣ</c>.</summary>
/// <remarks>
/// float: at most 1 ulp from the true value, subnormal results included (rounded once); 0 below −104, infinite above 88.7228;
/// e^−∞ = 0, NaN stays NaN. double: <see cref="Math.Exp"/> lane by lane.
/// </remarks>
public readonly struct Exp : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Of<V, T>(x);

    /// <summary>The function, for kernels that need it within a larger formula.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Of<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? OfSum<V, T>(x, V.Zero) : Lanewise.Apply<V, T, Scalar>(x);

    /// <summary>
    /// <c>e^(x + tail)</c> in float, for a tail that is small beside x. x = n·ln 2 + r with |r| ≤ ½ ln 2, so eˣ = 2ⁿ·eʳ, and
    /// eʳ = 1 + r + r²·P(r) with a minimax P (relative error 3e-9).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V OfSum<V, T>(V x, V tail)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x = V.MinFast(Lanewise.Number<V, T>(89), V.MaxFast(Lanewise.Number<V, T>(-104), x));
        V n = V.Round(x * Lanewise.Number<V, T>(1.44269504));

        // ln 2 in two parts; the first has so few bits that n times it is exact, with or without FMA.
        V r = V.MultiplyAdd(n, Lanewise.Number<V, T>(-0.693359375), x);
        r = V.MultiplyAdd(n, Lanewise.Number<V, T>(2.12194440e-4), r) + tail;
        V p = V.MultiplyAdd(Lanewise.Number<V, T>(0.0013814320554956794), r, Lanewise.Number<V, T>(0.00836885068565607));
        p = V.MultiplyAdd(p, r, Lanewise.Number<V, T>(0.041668400168418884));
        p = V.MultiplyAdd(p, r, Lanewise.Number<V, T>(0.1666651964187622));
        p = V.MultiplyAdd(p, r, Lanewise.Number<V, T>(0.4999999403953552));
        return V.Scale(V.MultiplyAdd(r * r, p, r) + Lanewise.Number<V, T>(1), n);
    }

    private readonly struct Scalar : IScalarFunction
    {
        public static double Apply(double x) => Math.Exp(x);
    }
}
