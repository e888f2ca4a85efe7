using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>How a loop writes its result: through the caches, past them, or not at all.</summary>
internal unsafe interface IStorePolicy
{
    static abstract void Store<V, T>(V value, T* to)
        where V : struct, IVector<V, T>
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;
}

/// <summary>Through the caches: whoever reads the result next finds it there.</summary>
internal readonly unsafe struct CachedStore : IStorePolicy
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IStorePolicy.Store<V, T>(V value, T* to) => value.Store(to);
}

/// <summary>
/// Past the caches. A store through the cache first reads the line that it is about to overwrite; for a result larger than the caches
/// that read is a third of the traffic of a copy, for nothing.
/// </summary>
internal readonly unsafe struct StreamingStore : IStorePolicy
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IStorePolicy.Store<V, T>(V value, T* to) => value.StoreStreaming(to);
}

/// <summary>Nowhere: for loops that are there for their sums alone. What only the result would need is not computed.</summary>
internal readonly unsafe struct NoStore : IStorePolicy
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IStorePolicy.Store<V, T>(V value, T* to)
    {
    }
}

/// <summary>When to write past the caches, and what to do after it.</summary>
public static unsafe class StreamingStores
{
    /// <summary>
    /// Whether a result of <paramref name="count"/> numbers is better written past the caches: it would not be found there by the op that reads it next.
    /// </summary>
    public static bool Pay<T>(long count)
        where T : unmanaged => Sse.IsSupported && count * sizeof(T) >= CacheSizes.Beyond;

    /// <summary>Whether rows of this length, from this address on, all begin at multiples of every register's bytes.</summary>
    internal static bool Aligned<T>(T* at, int length)
        where T : unmanaged => (((nuint)at | ((nuint)length * (nuint)sizeof(T))) & (AlignedBlock.Alignment - 1)) == 0;

    /// <summary>Makes what this thread wrote past the caches visible to the threads that it tells about it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Finish()
    {
        if (Sse.IsSupported)
        {
            Sse.StoreFence();
        }
    }
}
