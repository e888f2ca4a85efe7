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
        V r = Remainder<V, T>(x, out V n) + tail;
        return V.Scale(OfRemainder<V, T>(r), n);
    }

    /// <summary>As <see cref="Of"/> for x ≤ 88, but 0 in place of denormal numbers: for what weighs something, see <see cref="Denormals"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Normal<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => AtLeast<V, T>(x, Denormals.Least<V, T>(T.One));

    /// <summary>As <see cref="Normal"/>, but 0 in place of all that is below <paramref name="least"/>, itself a normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V AtLeast<V, T>(V x, V least)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float))
        {
            return Denormals.ClearBelow<V, T>(Lanewise.Apply<V, T, Scalar>(x), least);
        }

        // Here 2ⁿ is normal, and what is made of a smaller x is below any least.
        V r = Remainder<V, T>(V.MaxFast(Lanewise.Number<V, T>(-87.33654), x), out V n);
        return Denormals.ClearBelow<V, T>(OfRemainder<V, T>(r) * V.PowerOfTwo(n), least);
    }

    // x = n·ln 2 + r. ln 2 in two parts; the first has so few bits that n times it is exact, with or without FMA.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Remainder<V, T>(V x, out V n)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        n = V.Round(x * Lanewise.Number<V, T>(1.44269504));
        V r = V.MultiplyAdd(n, Lanewise.Number<V, T>(-0.693359375), x);
        return V.MultiplyAdd(n, Lanewise.Number<V, T>(2.12194440e-4), r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V OfRemainder<V, T>(V r)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V p = V.MultiplyAdd(Lanewise.Number<V, T>(0.0013814320554956794), r, Lanewise.Number<V, T>(0.00836885068565607));
        p = V.MultiplyAdd(p, r, Lanewise.Number<V, T>(0.041668400168418884));
        p = V.MultiplyAdd(p, r, Lanewise.Number<V, T>(0.1666651964187622));
        p = V.MultiplyAdd(p, r, Lanewise.Number<V, T>(0.4999999403953552));
        return V.MultiplyAdd(r * r, p, r) + Lanewise.Number<V, T>(1);
    }

    private readonly struct Scalar : IScalarFunction
    {
        public static double Apply(double x) => Math.Exp(x);
    }
}
