using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// Scales planes by a gate for each row and one for each column. Rows that end within a register are taken as many at a time as fill
/// whole registers, so that all stores are whole and aligned where the planes are.
/// </summary>
internal static unsafe class RowColumnScale
{
    // Of rows that end at every possible lane so many would be needed that they no longer pay.
    private const int MostRows = 4;
    private const int SlicePlanes = 16;

    public static void Run<TSource, T>(int planes, int height, int width, T* x, in TSource source, T* y, bool streaming)
        where TSource : unmanaged, IStripSource<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int slices = (planes + SlicePlanes - 1) / SlicePlanes;
        int room = height + ((MostRows + 1) * width);
        AlignedBlock scratch = BlockPool.Rent((long)slices * room * sizeof(T));
        fixed (T* rooms = scratch.AsSpan<T>(slices * room))
        {
            int grain = (PlanePartition.Grain(planes, height * width) + SlicePlanes - 1) / SlicePlanes;
            if (streaming && StreamingStores.Aligned(y, height * width))
            {
                var past = new Body<TSource, FullVectorStreaming, T>(planes, height, width, x, source, y, rooms, room);
                VectorLoop.For<Body<TSource, FullVectorStreaming, T>, T>(ref past, slices, grain);
            }
            else
            {
                var body = new Body<TSource, FullVector, T>(planes, height, width, x, source, y, rooms, room);
                VectorLoop.For<Body<TSource, FullVector, T>, T>(ref body, slices, grain);
            }
        }

        BlockPool.Return(scratch);
    }

    private readonly struct Body<TSource, TStore, T>(int planes, int height, int width, T* x, TSource source, T* y, T* rooms, int room) : IVectorBody<T>
        where TSource : unmanaged, IStripSource<T>
        where TStore : struct, ITail
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            int together = V.Width / (int)BigInteger.GreatestCommonDivisor(width, V.Width);
            bool repeats = together <= MostRows && width >= V.Width;
            for (int slice = to - 1; slice >= from; slice--)
            {
                T* gates = rooms + ((nint)slice * room);
                T* repeated = gates + height + width;

                // From the last plane back: the sweep before went forward, and its end is what the cache still holds.
                for (int plane = Math.Min(planes, (slice + 1) * SlicePlanes) - 1; plane >= slice * SlicePlanes; plane--)
                {
                    nint at = (nint)plane * height * width;
                    source.Gates<V>(plane, gates, out T* rows, out T* columns);
                    int done = repeats ? height / together * together : 0;
                    for (int i = 0; i < together && done > 0; i++)
                    {
                        new Span<T>(columns, width).CopyTo(new Span<T>(repeated + (i * width), width));
                    }

                    for (int i = 0; i < done; i += together)
                    {
                        Together<V>(x + at, rows + i, together, repeated, y + at);
                        at += together * width;
                    }

                    for (int i = done; i < height; i++, at += width)
                    {
                        Row<V>(x + at, rows[i], columns, y + at);
                    }
                }
            }

            StreamingStores.Finish();
        }

        /// <summary>As many rows as fill whole registers; one in which a row ends has lanes of two.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Together<V>(T* from, T* rows, int count, T* columns, T* to)
            where V : struct, IVector<V, T>
        {
            int i = 0;
            for (int row = 0; row < count; row++)
            {
                int end = (row + 1) * width;
                V gate = V.Broadcast(rows[row]);
                for (; i <= end - V.Width; i += V.Width)
                {
                    TStore.Store(V.Load(from + i) * (gate * V.Load(columns + i)), to + i, 0);
                }

                if (i < end)
                {
                    V both = V.Select(V.FirstLanes(end - i), gate, V.Broadcast(rows[row + 1]));
                    TStore.Store(V.Load(from + i) * (both * V.Load(columns + i)), to + i, 0);
                    i += V.Width;
                }
            }
        }

        private void Row<V>(T* from, T row, T* columns, T* to)
            where V : struct, IVector<V, T>
        {
            V gate = V.Broadcast(row);
            for (int j = 0; j < width; j += V.Width)
            {
                int n = Math.Min(V.Width, width - j);
                (V.LoadPartial(from + j, n) * (gate * V.LoadPartial(columns + j, n))).StorePartial(to + j, n);
            }
        }
    }
}
