using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>Element-wise steps over one plane, for sweeps that hold several planes in a core's own cache.</summary>
internal static unsafe class PlaneRows
{
    /// <summary><c>to += a · factor</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled<V, T>(int count, T* a, T factor, T* to)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V f = V.Broadcast(factor);
        int i = 0;
        for (; i <= count - (2 * V.Width); i += 2 * V.Width)
        {
            V v0 = V.MultiplyAdd(V.Load(a + i), f, V.Load(to + i));
            V v1 = V.MultiplyAdd(V.Load(a + i + V.Width), f, V.Load(to + i + V.Width));
            v0.Store(to + i);
            v1.Store(to + i + V.Width);
        }

        for (; i < count; i += V.Width)
        {
            int n = Math.Min(V.Width, count - i);
            V.MultiplyAdd(V.LoadPartial(a + i, n), f, V.LoadPartial(to + i, n)).StorePartial(to + i, n);
        }
    }

    /// <summary><c>to += a · b</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddProduct<V, T>(int count, T* a, T* b, T* to)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= count - (2 * V.Width); i += 2 * V.Width)
        {
            V v0 = V.MultiplyAdd(V.Load(a + i), V.Load(b + i), V.Load(to + i));
            V v1 = V.MultiplyAdd(V.Load(a + i + V.Width), V.Load(b + i + V.Width), V.Load(to + i + V.Width));
            v0.Store(to + i);
            v1.Store(to + i + V.Width);
        }

        for (; i < count; i += V.Width)
        {
            int n = Math.Min(V.Width, count - i);
            V.MultiplyAdd(V.LoadPartial(a + i, n), V.LoadPartial(b + i, n), V.LoadPartial(to + i, n)).StorePartial(to + i, n);
        }
    }

    /// <summary><c>to = a · b</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TStore, V, T>(int count, T* a, T* b, T* to)
        where TStore : struct, IStorePolicy
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= count - (2 * V.Width); i += 2 * V.Width)
        {
            V v0 = V.Load(a + i) * V.Load(b + i);
            V v1 = V.Load(a + i + V.Width) * V.Load(b + i + V.Width);
            TStore.Store<V, T>(v0, to + i);
            TStore.Store<V, T>(v1, to + i + V.Width);
        }

        for (; i < count; i += V.Width)
        {
            int n = Math.Min(V.Width, count - i);
            (V.LoadPartial(a + i, n) * V.LoadPartial(b + i, n)).StorePartial(to + i, n);
        }
    }
}
