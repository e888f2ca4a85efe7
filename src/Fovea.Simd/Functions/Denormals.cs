using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary>
/// Numbers below the smallest normal one, 1.2e-38 in float: processors of Intel spend some 150 cycles on each that they make, and again
/// on each product with it. Softmax makes them by the thousand of logits that lie 87 to 104 apart, and a mean that decays ends as one.
/// They change no sum that holds a 1, so the kernels let them be 0.
/// </summary>
internal static class Denormals
{
    // A little more than the smallest normal number: roundings of factors and products don't go below that.
    private const double SmallestFloat = 1.17549435e-38 * 1.00001;
    private const double SmallestDouble = 2.2250738585072014e-308 * 1.00001;

    /// <summary>How often, in steps, a mean has to settle.</summary>
    public const int SettleEvery = 32;

    /// <summary>
    /// What a number must at least be for its quotient by <paramref name="divisor"/> (1 or more) to be normal; ∞ for a divisor of ∞.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Least<V, T>(T divisor)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.Broadcast(T.CreateTruncating(typeof(T) == typeof(float) ? SmallestFloat : SmallestDouble) * divisor);

    /// <summary>
    /// A weight below which kernels that keep their weights to themselves take none: 2^−80 of the largest in float. Its products with
    /// factors down to 1e-14 are normal, and it moves a sum by less than a rounding unless a value is 1e17 times the others.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Negligible<V, T>()
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanewise.Number<V, T>(typeof(T) == typeof(float) ? 8.3e-25 : 1e-250);

    /// <summary>Numbers below <paramref name="least"/> become 0; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ClearBelow<V, T>(V x, V least)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x ^ (x & V.GreaterThan(least, x));

    /// <summary>
    /// Rounds to multiples of 2^−113 (float) by adding 2^−90 and taking it away: what is below becomes 0, what is above 2^−66 stays as
    /// it is. For means that decay, every <see cref="SettleEvery"/> steps: until then a factor of 0.75 or more leaves them normal.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Settle<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V unit = Lanewise.Number<V, T>(typeof(T) == typeof(float) ? 8.077935669463161e-28 : 1e-290);
        return x + unit - unit;
    }
}
