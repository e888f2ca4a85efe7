using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Sweeps;

/// <summary>Hands a sweep's tiles to the threads and joins what they summed apart.</summary>
internal static unsafe class SweepRun<TBody, TStore, TEnd, T>
    where TBody : struct, ISweepBody
    where TStore : struct, IStorePolicy
    where TEnd : struct, IEpilogue
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Start(in Sweep<T> sweep)
    {
        SweepTiles tiles = sweep.Tiles;
        bool strips = default(TBody) is ISumsPlanes && tiles.Strips > 1;
        // Two questions: one pattern of two would make an object of the body to ask it twice.
        bool slices = default(TBody) is ISumsPositions && default(TBody) is not ISumsPositionTops && tiles.Slices > 1;
        if (!strips && !slices)
        {
            Run(sweep);
            return;
        }

        int ofPlanes = strips ? tiles.Images * tiles.Channels * tiles.Strips : 0;
        int ofPositions = slices ? tiles.Images * tiles.Slices * tiles.Positions : 0;
        AlignedBlock scratch = BlockPool.Rent((long)(ofPlanes + ofPositions) * sizeof(T));
        fixed (T* parts = scratch.AsSpan<T>(ofPlanes + ofPositions))
        {
            Sweep<T> apart = sweep;
            apart.Planes = strips ? parts : sweep.Planes;
            apart.PlaneFactor = strips ? 1 : sweep.PlaneFactor;
            apart.Positions = slices ? parts + ofPlanes : sweep.Positions;
            Run(apart);
            if (strips)
            {
                SweepJoin.Strips(tiles, parts, sweep.PlaneFactor, sweep.Planes);
            }

            if (slices)
            {
                SweepJoin.Slices(tiles, parts + ofPlanes, sweep.Positions);
            }
        }

        BlockPool.Return(scratch);
    }

    /// <summary>Runs all tiles and joins nothing.</summary>
    private static void Run(in Sweep<T> sweep)
    {
        var body = new Body(sweep);
        VectorLoop.For<Body, T>(ref body, sweep.Tiles.Pieces, sweep.Tiles.Grain);
    }

    private readonly struct Body(Sweep<T> sweep) : IVectorBody<T>
    {
        private readonly Sweep<T> _sweep = sweep;

        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            SweepTiles tiles = _sweep.Tiles;
            if (tiles.ArePlanes)
            {
                // Neighbouring planes are one tile: nothing of one belongs to another.
                Tile<V>(new SweepTile(0, 0, 0, from, to - from, 0, tiles.Positions));
            }
            else if (SweepBody.GoesBack<TBody>())
            {
                for (int piece = to - 1; piece >= from; piece--)
                {
                    Tile<V>(tiles.Tile(piece));
                }
            }
            else
            {
                for (int piece = from; piece < to; piece++)
                {
                    Tile<V>(tiles.Tile(piece));
                }
            }

            if (typeof(TStore) == typeof(StreamingStore))
            {
                StreamingStores.Finish();
            }
        }

        private void Tile<V>(in SweepTile tile)
            where V : struct, IVector<V, T>
        {
            if (SweepBody.KnowsRows<TBody>())
            {
                RowLoop<TBody, TStore, TEnd, V, T>.Run(_sweep, tile);
            }
            else if (SweepBody.SharesPositions<TBody>())
            {
                ChannelLoop<TBody, TStore, TEnd, V, T>.Run(_sweep, tile);
            }
            else
            {
                PlaneLoop<TBody, TStore, TEnd, V, T>.Run(_sweep, tile);
            }
        }
    }
}

/// <summary>Puts together what was summed apart, in a fixed order.</summary>
internal static unsafe class SweepJoin
{
    /// <summary><c>to[n, c] = factor · Σ_strips parts[n, c, strip]</c>.</summary>
    public static void Strips<T>(in SweepTiles tiles, T* parts, double factor, T* to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int plane = 0; plane < tiles.Images * tiles.Channels; plane++)
        {
            double sum = 0;
            for (int strip = 0; strip < tiles.Strips; strip++)
            {
                sum += double.CreateTruncating(*parts++);
            }

            to[plane] = T.CreateTruncating(sum * factor);
        }
    }

    /// <summary><c>to[n, i] = Σ_slices parts[n, slice, i]</c>.</summary>
    public static void Slices<T>(in SweepTiles tiles, T* parts, T* to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int positions = tiles.Positions;
        for (int image = 0; image < tiles.Images; image++)
        {
            var sum = new Span<T>(to + ((nint)image * positions), positions);
            T* first = parts + ((nint)image * tiles.Slices * positions);
            new ReadOnlySpan<T>(first, positions).CopyTo(sum);
            for (int slice = 1; slice < tiles.Slices; slice++)
            {
                Zip.Run(sum, new ReadOnlySpan<T>(first + ((nint)slice * positions), positions), sum, default(Add));
            }
        }
    }
}

/// <summary>What follows from a body's operands and sums; constants to the JIT, which has to be told to inline what asks for a type.</summary>
internal static class SweepBody
{
    /// <summary>Whether a body takes a plane row by row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool KnowsRows<TBody>()
        where TBody : struct, ISweepBody =>
        default(TBody) is IReadsRow || default(TBody) is IReadsColumn || default(TBody) is ISumsRows || default(TBody) is ISumsColumns;

    /// <summary>Whether a body takes several channels at a time: their numbers by position are loaded, or summed, once for all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool SharesPositions<TBody>()
        where TBody : struct, ISweepBody =>
        default(TBody) is ISumsPositions || default(TBody) is ISumsPositionTops
        || (default(TBody) is ISumsPlanes && default(TBody) is IReadsP);

    /// <summary>
    /// Whether a sweep goes from the last number back to the first: one that only writes follows one that summed up what it writes by,
    /// whose end is what the caches still hold.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool GoesBack<TBody>()
        where TBody : struct, ISweepBody => default(TBody) is not ISums;

    /// <summary>
    /// Whether a body that takes several channels at a time takes the last first: one that sums nothing over the channels weighs what a
    /// reading before summed, and the cache still holds where that ended. No sum depends on this order.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool ReadsAgain<TBody>()
        where TBody : struct, ISweepBody => default(TBody) is not ISumsPositions && default(TBody) is not ISumsPositionTops;
}
