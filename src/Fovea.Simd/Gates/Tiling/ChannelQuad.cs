using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// Four neighbouring channels and the factor of each. Where fewer are left, the first stands in for the missing ones: in a maximum it
/// changes nothing, and sums leave it out.
/// </summary>
internal readonly unsafe struct ChannelQuad<V, T>
    where V : struct, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T* _r0;
    private readonly T* _r1;
    private readonly T* _r2;
    private readonly T* _r3;
    private readonly V _a0;
    private readonly V _a1;
    private readonly V _a2;
    private readonly V _a3;
    private readonly int _left;
    private readonly nint _ahead;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ChannelQuad(T* at, nint step, T* factors, int left)
    {
        _left = left;
        _ahead = left > 4 ? 4 * step : 0;
        _r0 = at;
        _r1 = at + (left > 1 ? step : 0);
        _r2 = at + (left > 2 ? 2 * step : 0);
        _r3 = at + (left > 3 ? 3 * step : 0);
        _a0 = V.Broadcast(factors is null ? T.One : factors[0]);
        _a1 = factors is null || left < 2 ? _a0 : V.Broadcast(factors[1]);
        _a2 = factors is null || left < 3 ? _a0 : V.Broadcast(factors[2]);
        _a3 = factors is null || left < 4 ? _a0 : V.Broadcast(factors[3]);
    }

    /// <summary>The four products at position <paramref name="i"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load<TTail>(int i, int n, out V v0, out V v1, out V v2, out V v3)
        where TTail : struct, ITail
    {
        Prefetch.Line(_r0 + _ahead + i);
        Prefetch.Line(_r1 + _ahead + i);
        Prefetch.Line(_r2 + _ahead + i);
        Prefetch.Line(_r3 + _ahead + i);
        v0 = TTail.Load<V, T>(_r0 + i, n) * _a0;
        v1 = TTail.Load<V, T>(_r1 + i, n) * _a1;
        v2 = TTail.Load<V, T>(_r2 + i, n) * _a2;
        v3 = TTail.Load<V, T>(_r3 + i, n) * _a3;
    }

    /// <summary>The sum of those that there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Sum(V v0, V v1, V v2, V v3) => _left >= 4 ? (v0 + v1) + (v2 + v3) : _left == 3 ? (v0 + v1) + v2 : _left == 2 ? v0 + v1 : v0;
}
