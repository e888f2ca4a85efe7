using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Sweeps;

/// <summary>
/// Plane after plane of a tile, each a run of neighbouring numbers. Sums go through vectors whose lanes see at most 64 numbers each and are
/// put together in double: the error stays near one rounding whatever the length, and the order depends on the length and the vector's
/// width alone.
/// </summary>
internal static unsafe class PlaneLoop<TBody, TStore, TEnd, V, T>
    where TBody : struct, ISweepBody
    where TStore : struct, IStorePolicy
    where TEnd : struct, IEpilogue
    where V : struct, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int NumbersPerLane = 64;

    // Bytes of a strip, tried on 1.6 and 12.5 kB: the one gains by being fetched two strips ahead, the other loses.
    private const int ShortStrip = 4096;

    // Bytes of a vector of AVX-512, which has 32 registers: two long steps side by side fit into them.
    private const int WithManyRegisters = 64;

    /// <summary>All planes of a tile. All of the loop is in this one method: the JIT inlines the more, the longer a method is by itself.</summary>
    /// <param name="sweep">Where they and their operands are.</param>
    /// <param name="tile">Which.</param>
    /// <returns>The sums of the last plane.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static PlaneSums<T> Run(in Sweep<T> sweep, in SweepTile tile)
    {
        nint positions = sweep.Tiles.Positions;
        int channel = tile.Channel, step = 1, count = tile.PositionCount;

        // Of strips only the tiles go back: from plane to plane the hardware foresees more of what lies further on than of what lies before.
        if (SweepBody.GoesBack<TBody>() && sweep.Tiles.Strips == 1)
        {
            channel += tile.ChannelCount - 1;
            step = -1;
        }

        nint plane = ((nint)tile.Image * sweep.Tiles.Channels) + channel, next = step * positions;
        Pointers<T> at = default;
        at.ToMaps(sweep, (plane * positions) + tile.Position);
        at.ToPositions(sweep, (tile.Image * positions) + tile.Position);
        V floor = V.Broadcast(sweep.Floor);

        // A short strip is over before the memory answers: there it is the strip after the next that is fetched.
        nint ahead = count * sizeof(T) <= ShortStrip ? 2 * next : next;
        PlaneSums<T> sums = default;
        for (int k = tile.ChannelCount; k > 0; k--, channel += step, plane += step, at.Advance(next))
        {
            Operands<V> o = default;
            sweep.Plane<TBody, V>(plane, channel, ref o);
            sums = default;
            V top = V.Broadcast(T.NegativeInfinity);
            nint i = 0;
            while (i < count)
            {
                nint stop = count;
                if (default(TBody) is ISums)
                {
                    stop = Math.Min(count, i + (NumbersPerLane * (typeof(TStore) == typeof(NoStore) ? 4 : 1) * V.Width));
                }

                Sums<V> s0 = default, s1 = default, s2 = default, s3 = default;
                (s0.PlaneTop, s1.PlaneTop, s2.PlaneTop, s3.PlaneTop) = (top, top, top, top);
                if (typeof(TStore) == typeof(NoStore))
                {
                    // Four chains of additions, because each waits for the one before.
                    for (; i <= stop - (4 * V.Width); i += 4 * V.Width)
                    {
                        at.Load<TBody, FullVector, V>(i, 0, ref o);
                        TBody.Step<V, T>(o, ref s0);
                        at.Load<TBody, FullVector, V>(i + V.Width, 0, ref o);
                        TBody.Step<V, T>(o, ref s1);
                        at.Load<TBody, FullVector, V>(i + (2 * V.Width), 0, ref o);
                        TBody.Step<V, T>(o, ref s2);
                        at.Load<TBody, FullVector, V>(i + (3 * V.Width), 0, ref o);
                        TBody.Step<V, T>(o, ref s3);
                    }

                    for (; i <= stop - V.Width; i += V.Width)
                    {
                        at.Load<TBody, FullVector, V>(i, 0, ref o);
                        TBody.Step<V, T>(o, ref s0);
                    }
                }
                else
                {
                    if (default(TBody) is IShortStep)
                    {
                        for (; i <= stop - (4 * V.Width); i += 4 * V.Width)
                        {
                            Write<N4>(at, i, ref o, ref s0, floor);
                        }
                    }
                    else if (default(TBody) is not ILongStep || V.Width * sizeof(T) == WithManyRegisters)
                    {
                        for (; i <= stop - (2 * V.Width); i += 2 * V.Width)
                        {
                            if (default(TBody) is IReadsP)
                            {
                                // Strips of planes lie apart: a jump from one to the next is too far for the hardware to foresee.
                                Prefetch.Line(at.X + ahead + i);
                                Prefetch.Line(at.X + ahead + i + V.Width);
                            }

                            if (default(TBody) is IFetchesNext)
                            {
                                Fetch(sweep, i);
                                Fetch(sweep, i + V.Width);
                            }

                            Write<N2>(at, i, ref o, ref s0, floor);
                        }
                    }

                    for (; i <= stop - V.Width; i += V.Width)
                    {
                        Write<N1>(at, i, ref o, ref s0, floor);
                    }
                }

                if ((int)(stop - i) is var n && n > 0 && n < V.Width)
                {
                    // That n is below the width is said for the JIT, which then makes one mask of it for all loads and stores.
                    Sums<V> before = s1;
                    at.Load<TBody, PartialVector, V>(i, n, ref o);
                    V v = TEnd.Apply<PartialVector, V, T>(TBody.Step<V, T>(o, ref s1), floor, at.Residual + i, n);
                    if (typeof(TStore) != typeof(NoStore))
                    {
                        v.StorePartial(at.Y + i, n);
                    }

                    if (default(TBody) is ISums)
                    {
                        V mask = V.FirstLanes(n);
                        s1.Plane = V.Select(mask, s1.Plane, before.Plane);
                        s1.PlaneToo = V.Select(mask, s1.PlaneToo, before.PlaneToo);
                        s1.PlaneTop = V.Select(mask, s1.PlaneTop, before.PlaneTop);
                    }

                    i = stop;
                }

                if (default(TBody) is ISumsPlanes)
                {
                    sums.First += double.CreateTruncating(V.Sum(s0.Plane + s1.Plane + (s2.Plane + s3.Plane)));
                }

                if (default(TBody) is ISumsPlanesToo)
                {
                    sums.Second += double.CreateTruncating(V.Sum(s0.PlaneToo + s1.PlaneToo + (s2.PlaneToo + s3.PlaneToo)));
                }

                if (default(TBody) is ISumsPlaneTops)
                {
                    top = V.MaxFast(V.MaxFast(s0.PlaneTop, s1.PlaneTop), V.MaxFast(s2.PlaneTop, s3.PlaneTop));
                }
            }

            if (default(TBody) is ISumsPlaneTops)
            {
                sums.Top = V.MaxAcross(top);
            }

            if (default(TBody) is ISumsPlanes && sweep.Planes is not null)
            {
                sweep.Planes[(plane * sweep.Tiles.Strips) + tile.Strip] = T.CreateTruncating(sums.First * sweep.PlaneFactor);
            }
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(in Sweep<T> sweep, nint i)
    {
        Prefetch.ToSecondLevel(sweep.NextX + i);
        if (default(TBody) is IReadsG)
        {
            Prefetch.ToSecondLevel(sweep.NextG + i);
        }
    }

    /// <summary>Some vectors: what they read is all loaded before any is stored, so that they are computed beside each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<TCount>(in Pointers<T> at, nint i, ref Operands<V> o, ref Sums<V> s, V floor)
        where TCount : struct, ICount
    {
        V v0 = Value(at, i, ref o, ref s, floor), v1 = default, v2 = default, v3 = default;
        if (typeof(TCount) != typeof(N1))
        {
            v1 = Value(at, i + V.Width, ref o, ref s, floor);
        }

        if (typeof(TCount) == typeof(N4))
        {
            v2 = Value(at, i + (2 * V.Width), ref o, ref s, floor);
            v3 = Value(at, i + (3 * V.Width), ref o, ref s, floor);
        }

        TStore.Store(v0, at.Y + i);
        if (typeof(TCount) != typeof(N1))
        {
            TStore.Store(v1, at.Y + i + V.Width);
        }

        if (typeof(TCount) == typeof(N4))
        {
            TStore.Store(v2, at.Y + i + (2 * V.Width));
            TStore.Store(v3, at.Y + i + (3 * V.Width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Value(in Pointers<T> at, nint i, ref Operands<V> o, ref Sums<V> s, V floor)
    {
        at.Load<TBody, FullVector, V>(i, 0, ref o);
        return TEnd.Apply<FullVector, V, T>(TBody.Step<V, T>(o, ref s), floor, at.Residual + i, 0);
    }
}

/// <summary>What a body summed up over one plane.</summary>
internal struct PlaneSums<T>
{
    public double First, Second;
    public T Top;
}
