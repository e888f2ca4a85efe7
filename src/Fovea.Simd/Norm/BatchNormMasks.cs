using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Norm;

/// <summary>Where a fused ReLU let the gradient through.</summary>
internal unsafe interface IMask
{
    static abstract bool ReadsOutput { get; }

    static abstract V Of<V, T>(V centred, V scale, V beta, T* y)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    static abstract V OfPartial<V, T>(V centred, V scale, V beta, T* y, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>No ReLU: everywhere.</summary>
internal readonly unsafe struct Open : IMask
{
    public static bool ReadsOutput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V, T>(V centred, V scale, V beta, T* y)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.Equal(V.Zero, V.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfPartial<V, T>(V centred, V scale, V beta, T* y, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.Equal(V.Zero, V.Zero);
}

/// <summary>Where the stored output is positive.</summary>
internal readonly unsafe struct Gated : IMask
{
    public static bool ReadsOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V, T>(V centred, V scale, V beta, T* y)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.GreaterThan(V.Load(y), V.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfPartial<V, T>(V centred, V scale, V beta, T* y, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.GreaterThan(V.LoadPartial(y, count), V.Zero);
}

/// <summary>Where the output, computed again with the forward pass's own instruction (<see cref="ChannelAffine{T}"/>), is positive.</summary>
internal readonly unsafe struct Recomputed : IMask
{
    public static bool ReadsOutput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V, T>(V centred, V scale, V beta, T* y)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.GreaterThan(V.MultiplyAdd(centred, scale, beta), V.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfPartial<V, T>(V centred, V scale, V beta, T* y, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Of<V, T>(centred, scale, beta, y);
}
