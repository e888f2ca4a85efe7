using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary>A function of one double, for the lanes that have no vector body of their own.</summary>
internal interface IScalarFunction
{
    static abstract double Apply(double x);
}

/// <summary>What the functions share: constants in registers, and the way lane by lane.</summary>
internal static unsafe class Lanewise
{
    /// <summary>A constant in every lane. The casts cost nothing: the JIT knows T.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Number<V, T>(double value)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? V.Broadcast((T)(object)(float)value) : V.Broadcast((T)(object)value);

    /// <summary>A float given by its bits, for masks; only for bodies that know T to be float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Bits<V, T>(int bits)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.Broadcast((T)(object)BitConverter.Int32BitsToSingle(bits));

    /// <summary>Only the sign of each lane: −0 or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sign<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x & Number<V, T>(-0.0);

    /// <summary>Applies a function of doubles to each lane in turn: the accurate, slow way of float64.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    public static V Apply<V, T, TFunction>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunction : struct, IScalarFunction
    {
        T* lanes = stackalloc T[V.Width];
        x.Store(lanes);
        for (int i = 0; i < V.Width; i++)
        {
            lanes[i] = T.CreateTruncating(TFunction.Apply(double.CreateTruncating(lanes[i])));
        }

        return V.Load(lanes);
    }
}
