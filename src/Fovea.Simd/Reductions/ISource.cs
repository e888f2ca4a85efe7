using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Reductions;

/// <summary>What a reduction reads: numbers made on the fly from one or two tensors of the same layout.</summary>
internal interface ISource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    V At<V>(nint i)
        where V : struct, IVector<V, T>;

    V AtPartial<V>(nint i, int count)
        where V : struct, IVector<V, T>;

    void Prefetch(nint i);
}

/// <summary><c>x[i]</c>.</summary>
internal readonly unsafe struct Plain<T>(T* x) : ISource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V At<V>(nint i)
        where V : struct, IVector<V, T> => V.Load(x + i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V AtPartial<V>(nint i, int count)
        where V : struct, IVector<V, T> => V.LoadPartial(x + i, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(nint i) => Drivers.Prefetch.Line(x + i);
}

/// <summary><c>x[i]²</c>.</summary>
internal readonly unsafe struct Squares<T>(T* x) : ISource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V At<V>(nint i)
        where V : struct, IVector<V, T>
    {
        V v = V.Load(x + i);
        return v * v;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V AtPartial<V>(nint i, int count)
        where V : struct, IVector<V, T>
    {
        V v = V.LoadPartial(x + i, count);
        return v * v;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(nint i) => Drivers.Prefetch.Line(x + i);
}

/// <summary><c>x[i] · y[i]</c>.</summary>
internal readonly unsafe struct Products<T>(T* x, T* y) : ISource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V At<V>(nint i)
        where V : struct, IVector<V, T> => V.Load(x + i) * V.Load(y + i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V AtPartial<V>(nint i, int count)
        where V : struct, IVector<V, T> => V.LoadPartial(x + i, count) * V.LoadPartial(y + i, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(nint i)
    {
        Drivers.Prefetch.Line(x + i);
        Drivers.Prefetch.Line(y + i);
    }
}
