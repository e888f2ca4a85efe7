using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>How far a step of a sweep reaches: a whole register, or what is left of a row. One body serves both.</summary>
internal unsafe interface ITail
{
    static abstract V Load<V, T>(T* from, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    static abstract void Store<V, T>(V value, T* to, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>A whole register.</summary>
internal readonly unsafe struct FullVector : ITail
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* from, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(V value, T* to, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => value.Store(to);
}

/// <summary>A whole register, written past the caches.</summary>
internal readonly unsafe struct FullVectorStreaming : ITail
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* from, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(V value, T* to, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => value.StoreStreaming(to);
}

/// <summary>The first lanes of a register; the others are zero and touch no memory.</summary>
internal readonly unsafe struct PartialVector : ITail
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* from, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.LoadPartial(from, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(V value, T* to, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => value.StorePartial(to, count);
}
