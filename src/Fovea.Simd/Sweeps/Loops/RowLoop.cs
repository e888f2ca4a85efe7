using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Sweeps;

/// <summary>
/// Plane after plane, row after row, for bodies that know a number for each row or each column. Rows that end within a vector are taken as
/// many at a time as fill whole vectors where nothing is summed, so that all loads and stores are whole, and aligned where the planes are.
/// </summary>
internal static unsafe class RowLoop<TBody, TStore, TEnd, V, T>
    where TBody : struct, ISweepBody
    where TStore : struct, IStorePolicy
    where TEnd : struct, IEpilogue
    where V : struct, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>All planes of a tile, which holds them whole.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    public static void Run(in Sweep<T> sweep, in SweepTile tile)
    {
        T* room = stackalloc T[RowGroups.Room];
        nint positions = sweep.Tiles.Positions;
        int width = sweep.Width;
        int height = (int)(positions / width);
        int together = default(TBody) is not ISums ? RowGroups.Together(width, V.Width) : 1;
        if (default(TBody) is ISumsPositions)
        {
            new Span<T>(sweep.Positions + ((((nint)tile.Image * sweep.Tiles.Slices) + tile.Slice) * positions), (int)positions).Clear();
        }

        for (int k = 0; k < tile.ChannelCount; k++)
        {
            int channel = tile.Channel + (SweepBody.GoesBack<TBody>() ? tile.ChannelCount - 1 - k : k);
            nint plane = ((nint)tile.Image * sweep.Tiles.Channels) + channel;
            T* columns = sweep.Column + (plane * width);
            if (default(TBody) is ISumsColumns)
            {
                new Span<T>(sweep.Columns + (plane * width), width).Clear();
            }

            for (int i = 0; together > 1 && i < together; i++)
            {
                new Span<T>(columns, width).CopyTo(new Span<T>(room + (i * width), width));
            }

            Plane(sweep, tile, plane, channel, height, together, together > 1 ? room : columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Plane(
        in Sweep<T> sweep, in SweepTile tile, nint plane, int channel, int height, int together, T* columns)
    {
        nint positions = sweep.Tiles.Positions;
        int width = sweep.Width;
        nint first = plane * positions, inImage = tile.Image * positions;
        Pointers<T> at = default;
        at.ToMaps(sweep, first);
        at.ToPositions(sweep, inImage);
        at.ToSums(sweep, (((nint)tile.Image * sweep.Tiles.Slices) + tile.Slice) * positions);
        T* rows = sweep.Row + (plane * height);
        T* rowSums = sweep.Rows + (plane * height);
        V floor = V.Broadcast(sweep.Floor);
        Operands<V> o = default;
        sweep.Plane<TBody, V>(plane, channel, ref o);
        nint i = 0;
        for (int row = 0; row < height;)
        {
            // What is left of the rows after the last that fill whole vectors goes one by one.
            int count = height - row >= together ? together : 1;
            at.Column = columns - i;
            at.Columns = sweep.Columns + (plane * width) - i;
            for (int last = row + count; row < last; row++)
            {
                nint end = (row + 1) * (nint)width;
                Sums<V> s = default;
                o.Row = default(TBody) is IReadsRow ? V.Broadcast(rows[row]) : V.Zero;
                for (; i <= end - V.Width; i += V.Width)
                {
                    Step<FullVector>(at, i, 0, ref o, ref s, floor);
                }

                if (i < end && count > 1)
                {
                    // A vector in which a row ends has lanes of two.
                    o.Row = V.Select(V.FirstLanes((int)(end - i)), o.Row, V.Broadcast(rows[row + 1]));
                    Step<FullVector>(at, i, 0, ref o, ref s, floor);
                    i += V.Width;
                }
                else if (i < end && (int)(end - i) is var n && n < V.Width)
                {
                    // That n is below the width is said for the JIT, which then makes one mask of it for all loads and stores.
                    V soFar = s.Row;
                    Step<PartialVector>(at, i, n, ref o, ref s, floor);
                    s.Row = V.Select(V.FirstLanes(n), s.Row, soFar);
                    i = end;
                }

                if (default(TBody) is ISumsRows)
                {
                    rowSums[row] = V.Sum(s.Row);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TTail>(in Pointers<T> at, nint i, int n, ref Operands<V> o, ref Sums<V> s, V floor)
        where TTail : struct, ITail
    {
        at.Load<TBody, TTail, V>(i, n, ref o);
        at.LoadSums<TBody, TTail, V>(i, n, ref s);
        V y = TEnd.Apply<TTail, V, T>(TBody.Step<V, T>(o, ref s), floor, at.Residual + i, n);
        at.StoreSums<TBody, TTail, V>(i, n, s);
        if (typeof(TTail) == typeof(FullVector))
        {
            TStore.Store(y, at.Y + i);
        }
        else if (typeof(TStore) != typeof(NoStore))
        {
            TTail.Store(y, at.Y + i, n);
        }
    }
}

/// <summary>How many rows of a plane are taken together.</summary>
internal static class RowGroups
{
    /// <summary>Numbers that a group may have.</summary>
    public const int Room = 1024;

    // Of rows that end at every possible lane so many would be needed that they no longer pay.
    private const int MostRows = 4;

    /// <summary>How many rows of this width fill whole vectors, where that is few enough; else 1.</summary>
    public static int Together(int width, int vector)
    {
        // A vector is a power of two long: what it has in common with the width is the width's lowest bit.
        int rows = vector / Math.Min(vector, width & -width);
        return rows <= MostRows && width >= vector && rows * width <= Room ? rows : 1;
    }

    /// <summary>Whether, in a plane that is aligned itself, every store of vectors of so many numbers is aligned.</summary>
    public static bool Aligned(int width, int height, int vector) =>
        vector > 0 && (width % vector == 0 || (Together(width, vector) is > 1 and var rows && height % rows == 0));
}
