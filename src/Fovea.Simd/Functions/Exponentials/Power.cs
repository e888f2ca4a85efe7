using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>x^exponent</c>.</summary>
/// <remarks>
/// Whole exponents of 0 to 8 are products of squares (at most four roundings); everything else is <see cref="Math.Pow"/> lane by
/// lane, with its special cases: NaN for a negative x and an exponent that is not whole, 1 for the exponent 0.
/// </remarks>
/// <param name="exponent">Any number.</param>
public readonly struct Power(double exponent) : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Of<V, T>(x, exponent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Of<V, T>(V x, double exponent)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        exponent is >= 0 and <= 8 && exponent == Math.Floor(exponent) ? Products<V, T>(x, (int)exponent) : LaneByLane<V, T>(x, exponent);

    private static V Products<V, T>(V x, int exponent)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V result = Lanewise.Number<V, T>(1);
        for (V square = x; exponent > 0; exponent >>= 1, square *= square)
        {
            if ((exponent & 1) != 0)
            {
                result *= square;
            }
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe V LaneByLane<V, T>(V x, double exponent)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* lanes = stackalloc T[V.Width];
        x.Store(lanes);
        for (int i = 0; i < V.Width; i++)
        {
            lanes[i] = T.CreateTruncating(Math.Pow(double.CreateTruncating(lanes[i]), exponent));
        }

        return V.Load(lanes);
    }
}

/// <summary><c>dx = exponent · x^(exponent − 1) · dy</c>, 0 for the exponent 0; takes the input x of <see cref="Power"/>.</summary>
/// <param name="exponent">Any number.</param>
public readonly struct PowerBackward(double exponent) : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        exponent == 0 ? V.Zero : Lanewise.Number<V, T>(exponent) * Power.Of<V, T>(x, exponent - 1) * dy;
}
