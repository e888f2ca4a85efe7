using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Broadcasting;

/// <summary>How an operand advances along the innermost axis.</summary>
internal unsafe interface IStep
{
    static abstract V Load<V, T>(T* x, nint i, nint stride)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    static abstract V LoadPartial<V, T>(T* x, nint i, nint stride, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>Stride 1.</summary>
internal readonly unsafe struct Every : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* x, nint i, nint stride)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.Load(x + i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadPartial<V, T>(T* x, nint i, nint stride, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.LoadPartial(x + i, count);
}

/// <summary>Stride 0: the same number for the whole row.</summary>
internal readonly unsafe struct Same : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* x, nint i, nint stride)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.Broadcast(*x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadPartial<V, T>(T* x, nint i, nint stride, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.Broadcast(*x);
}

/// <summary>Any stride, number by number.</summary>
internal readonly unsafe struct Strided : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* x, nint i, nint stride)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Gather<V, T>(x + (i * stride), stride, V.Width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadPartial<V, T>(T* x, nint i, nint stride, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Gather<V, T>(x + (i * stride), stride, count);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static V Gather<V, T>(T* x, nint stride, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* lanes = stackalloc T[V.Width];
        for (int i = 0; i < count; i++)
        {
            lanes[i] = x[i * stride];
        }

        return V.Load(lanes);
    }
}
