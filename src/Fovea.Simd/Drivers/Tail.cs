using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>How far a step of a loop reaches: a whole vector, or the tail, what is left of a row. One body serves both.</summary>
internal unsafe interface ITail
{
    static abstract V Load<V, T>(T* from, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    static abstract void Store<V, T>(V value, T* to, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>A whole vector.</summary>
internal readonly unsafe struct FullVector : ITail
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ITail.Load<V, T>(T* from, int count) => V.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITail.Store<V, T>(V value, T* to, int count) => value.Store(to);
}

/// <summary>The first lanes of a register; the others are zero and touch no memory.</summary>
internal readonly unsafe struct PartialVector : ITail
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ITail.Load<V, T>(T* from, int count) => V.LoadPartial(from, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ITail.Store<V, T>(V value, T* to, int count) => value.StorePartial(to, count);
}
