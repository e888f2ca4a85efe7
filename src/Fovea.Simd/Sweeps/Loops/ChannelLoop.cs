using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Sweeps;

/// <summary>
/// Several channels at a time along a strip, for bodies that sum over the channels or weigh sums over the positions: what belongs to a
/// position is loaded, and its sum loaded and stored, once for all of them. Four channels where nothing is written; two where it is, so that
/// the lines of planes whose size is a power of two do not drive each other out of the first-level cache.
/// </summary>
internal static unsafe class ChannelLoop<TBody, TStore, TEnd, V, T>
    where TBody : struct, ISweepBody
    where TStore : struct, IStorePolicy
    where TEnd : struct, IEpilogue
    where V : struct, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>All channels of a tile.</summary>
    public static void Run(in Sweep<T> sweep, in SweepTile tile)
    {
        nint part = ((((nint)tile.Image * sweep.Tiles.Slices) + tile.Slice) * sweep.Tiles.Positions) + tile.Position;
        if (default(TBody) is ISumsPositions)
        {
            new Span<T>(sweep.Positions + part, tile.PositionCount).Fill(sweep.PositionStart);
        }

        if (default(TBody) is ISumsPositionTops)
        {
            new Span<T>(sweep.PositionTops + part, tile.PositionCount).Fill(T.NegativeInfinity);
        }

        if (default(TBody) is ISumsPlaces)
        {
            new Span<T>(sweep.Places + part, tile.PositionCount).Fill(T.CreateTruncating(tile.Channel));
        }

        int channel = tile.Channel, end = tile.Channel + tile.ChannelCount;
        if (typeof(TStore) == typeof(NoStore))
        {
            Channels<N4>(sweep, tile, ref channel, ref end, part);
        }

        Channels<N2>(sweep, tile, ref channel, ref end, part);
        Channels<N1>(sweep, tile, ref channel, ref end, part);
    }

    /// <summary>Channels so many at a time, while there are as many: from the first on, or from the last back.</summary>
    private static void Channels<TCount>(in Sweep<T> sweep, in SweepTile tile, ref int channel, ref int end, nint part)
        where TCount : struct, ICount
    {
        while (end - channel >= TCount.Value)
        {
            if (SweepBody.ReadsAgain<TBody>())
            {
                end -= TCount.Value;
                Channels<TCount>(sweep, tile, end, part);
            }
            else
            {
                Channels<TCount>(sweep, tile, channel, part);
                channel += TCount.Value;
            }
        }
    }

    private static void Channels<TCount>(in Sweep<T> sweep, in SweepTile tile, int channel, nint part)
        where TCount : struct, ICount
    {
        Strip<TCount, FullVector>(sweep, tile, channel, part);
        if (tile.PositionCount % V.Width != 0)
        {
            Strip<TCount, PartialVector>(sweep, tile, channel, part);
        }
    }

    /// <summary>The whole vectors of a strip, or its tail. The tail is a method of its own: large bodies are inlined only so often in one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Strip<TCount, TTail>(in Sweep<T> sweep, in SweepTile tile, int channel, nint part)
        where TCount : struct, ICount
        where TTail : struct, ITail
    {
        nint positions = sweep.Tiles.Positions;
        nint plane = ((nint)tile.Image * sweep.Tiles.Channels) + channel;
        Pointers<T> at0 = default, at1 = default, at2 = default, at3 = default;
        Operands<V> o0 = default, o1 = default, o2 = default, o3 = default;
        Sums<V> s0 = default, s1 = default, s2 = default, s3 = default;
        at0.ToPositions(sweep, (tile.Image * positions) + tile.Position);
        at0.ToSums(sweep, part);
        at0.ToMaps(sweep, (plane * positions) + tile.Position);
        sweep.Plane<TBody, V>(plane, channel, ref o0);
        if (typeof(TCount) != typeof(N1))
        {
            at1.ToMaps(sweep, ((plane + 1) * positions) + tile.Position);
            sweep.Plane<TBody, V>(plane + 1, channel + 1, ref o1);
        }

        if (typeof(TCount) == typeof(N4))
        {
            at2.ToMaps(sweep, ((plane + 2) * positions) + tile.Position);
            at3.ToMaps(sweep, ((plane + 3) * positions) + tile.Position);
            sweep.Plane<TBody, V>(plane + 2, channel + 2, ref o2);
            sweep.Plane<TBody, V>(plane + 3, channel + 3, ref o3);
        }

        V floor = V.Broadcast(sweep.Floor);
        int count = tile.PositionCount, n = count % V.Width;
        nint i = typeof(TTail) == typeof(FullVector) ? 0 : count - n;
        nint last = typeof(TTail) == typeof(FullVector) ? count - V.Width : i;

        // In a tail n is always below the width; it is said for the JIT, which then makes one mask of it for all loads and stores.
        for (; i <= last && n < V.Width; i += V.Width)
        {
            // The same place of the channels that come next: a jump from run to run is too far for the hardware to foresee.
            nint ahead = i + (TCount.Value * positions);
            at0.LoadPositions<TBody, TTail, V>(i, n, ref o0);
            at0.LoadSums<TBody, TTail, V>(i, n, ref s0);
            Step<TTail>(at0, i, ahead, n, floor, ref o0, ref s0);
            if (typeof(TCount) != typeof(N1))
            {
                Pass(o0, ref o1, s0, ref s1);
                Step<TTail>(at1, i, ahead, n, floor, ref o1, ref s1);
            }

            if (typeof(TCount) == typeof(N4))
            {
                Pass(o0, ref o2, s1, ref s2);
                Step<TTail>(at2, i, ahead, n, floor, ref o2, ref s2);
                Pass(o0, ref o3, s2, ref s3);
                Step<TTail>(at3, i, ahead, n, floor, ref o3, ref s3);
            }

            at0.StoreSums<TBody, TTail, V>(i, n, typeof(TCount) == typeof(N4) ? s3 : typeof(TCount) == typeof(N2) ? s1 : s0);
        }

        if (default(TBody) is ISumsPlanes)
        {
            nint strips = sweep.Tiles.Strips;
            T* sums = sweep.Planes + (plane * strips) + tile.Strip;
            T factor = T.CreateTruncating(sweep.PlaneFactor);
            Put<TTail>(s0.Plane, n, factor, sums);
            if (typeof(TCount) != typeof(N1))
            {
                Put<TTail>(s1.Plane, n, factor, sums + strips);
            }

            if (typeof(TCount) == typeof(N4))
            {
                Put<TTail>(s2.Plane, n, factor, sums + (2 * strips));
                Put<TTail>(s3.Plane, n, factor, sums + (3 * strips));
            }
        }
    }

    /// <summary>One vector of one channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TTail>(in Pointers<T> at, nint i, nint ahead, int n, V floor, ref Operands<V> o, ref Sums<V> s)
        where TTail : struct, ITail
    {
        at.LoadMaps<TBody, TTail, V>(i, n, ref o);
        if (typeof(TTail) == typeof(FullVector) && default(TBody) is ISumsPositions)
        {
            Prefetch.Line(at.X + ahead);
            if (default(TBody) is IReadsG)
            {
                Prefetch.Line(at.G + ahead);
            }
        }

        V y = TEnd.Apply<TTail, V, T>(TBody.Step<V, T>(o, ref s), floor, at.Residual + i, n);
        if (typeof(TTail) == typeof(FullVector))
        {
            TStore.Store(y, at.Y + i);
        }
        else if (typeof(TStore) != typeof(NoStore))
        {
            TTail.Store(y, at.Y + i, n);
        }
    }

    /// <summary>From one channel to the next: the positions' operands, and their sums so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(in Operands<V> o, ref Operands<V> next, in Sums<V> s, ref Sums<V> nextSums)
    {
        (next.P, next.Q, next.R, next.S) = (o.P, o.Q, o.R, o.S);
        (nextSums.Position, nextSums.PositionTop, nextSums.Place) = (s.Position, s.PositionTop, s.Place);
    }

    /// <summary>The sum of a strip's whole vectors, or that of its tail beside it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TTail>(V sum, int n, T factor, T* to)
        where TTail : struct, ITail =>
        *to = typeof(TTail) == typeof(FullVector) ? V.Sum(sum) * factor : *to + (V.Sum(sum & V.FirstLanes(n)) * factor);
}
