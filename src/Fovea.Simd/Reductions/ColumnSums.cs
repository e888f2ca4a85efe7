using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Reductions;

/// <summary>
/// Sums over the middle axis of [outer, axis, inner]. A strip of columns short enough for the first-level cache is added row by row,
/// so memory is read in its own order; blocks of 128 rows are added up with their rounding errors kept beside.
/// </summary>
internal static unsafe class ColumnSums
{
    private const int BlockRows = 128;
    private const int SliceRows = 8 * BlockRows;
    private const int EnoughPieces = 16;

    public static void Run<TSource, T>(int outer, int axis, int inner, TSource source, T* y, double factor)
        where TSource : unmanaged, ISource<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int limit = Strips.Balance(outer, inner);
        int strips = Strips.Count(inner, limit);
        int slices = Math.Max(1, (int)(((long)axis + SliceRows - 1) / SliceRows));
        if (slices == 1 || (long)outer * strips >= EnoughPieces)
        {
            var body = new Body<TSource, T>(source, axis, inner, limit, strips, 1, axis, y, factor);
            VectorLoop.For<Body<TSource, T>, T>(ref body, outer * strips, VectorLoop.Grain((long)axis * Math.Min(inner, limit)));
            return;
        }

        // Few and long sums: cut the axis into slices of fixed length, then sum the slices' sums.
        AlignedBlock scratch = BlockPool.Rent((long)outer * slices * inner * sizeof(T));
        fixed (T* partial = scratch.AsSpan<T>(outer * slices * inner))
        {
            var body = new Body<TSource, T>(source, axis, inner, limit, strips, slices, SliceRows, partial, 1);
            VectorLoop.For<Body<TSource, T>, T>(ref body, outer * slices * strips, VectorLoop.Grain((long)SliceRows * Math.Min(inner, limit)));
            Run(outer, slices, inner, new Plain<T>(partial), y, factor);
        }

        BlockPool.Return(scratch);
    }

    private readonly struct Body<TSource, T>(
        TSource source, int axis, int inner, int limit, int strips, int slices, int sliceRows, T* y, double factor) : IVectorBody<T>
        where TSource : unmanaged, ISource<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            int width = Strips.Length(inner, limit);
            for (int piece = from; piece < to; piece++)
            {
                (int slab, int strip) = Math.DivRem(piece, strips);
                (int o, int slice) = Math.DivRem(slab, slices);
                int column = strip * width;
                int row = slice * sliceRows;
                nint at = ((((nint)o * axis) + row) * inner) + column;
                Strip<V>(at, Math.Min(sliceRows, axis - row), Math.Min(width, inner - column), y + ((nint)slab * inner) + column);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        [SkipLocalsInit]
        private void Strip<V>(nint at, int rows, int columns, T* to)
            where V : struct, IVector<V, T>
        {
            T* block = stackalloc T[Strips.Limit];
            T* sum = stackalloc T[Strips.Limit];
            T* lost = stackalloc T[Strips.Limit];
            new Span<T>(sum, columns).Clear();
            new Span<T>(lost, columns).Clear();
            for (int done = 0; done < rows; done += BlockRows)
            {
                Block<V>(at + ((nint)done * inner), Math.Min(BlockRows, rows - done), columns, block);
                for (int i = 0; i < columns; i += V.Width)
                {
                    // Knuth's exact sum: what rounding took from `sum` goes to `lost`.
                    int n = Math.Min(V.Width, columns - i);
                    V a = V.LoadPartial(sum + i, n);
                    V b = V.LoadPartial(block + i, n);
                    V s = a + b;
                    V shadow = s - a;
                    V rest = (a - (s - shadow)) + (b - shadow);
                    s.StorePartial(sum + i, n);
                    (V.LoadPartial(lost + i, n) + rest).StorePartial(lost + i, n);
                }
            }

            V scale = V.Broadcast(T.CreateTruncating(factor));
            for (int i = 0; i < columns; i += V.Width)
            {
                int n = Math.Min(V.Width, columns - i);
                V rest = V.LoadPartial(lost + i, n);

                // Where the sum is infinite the lost part is ∞ − ∞; the infinity itself is the answer.
                rest = V.Select(V.Equal(rest, rest), rest, V.Zero);
                ((V.LoadPartial(sum + i, n) + rest) * scale).StorePartial(to + i, n);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Block<V>(nint at, int rows, int columns, T* block)
            where V : struct, IVector<V, T>
        {
            new Span<T>(block, columns).Clear();
            nint step = inner;
            int r = 0;
            for (; r <= rows - 4; r += 4, at += 4 * step)
            {
                int i = 0;
                for (; i <= columns - V.Width; i += V.Width)
                {
                    source.Prefetch(at + (4 * step) + i);
                    source.Prefetch(at + (5 * step) + i);
                    source.Prefetch(at + (6 * step) + i);
                    source.Prefetch(at + (7 * step) + i);
                    V s = (source.At<V>(at + i) + source.At<V>(at + step + i)) + (source.At<V>(at + (2 * step) + i) + source.At<V>(at + (3 * step) + i));
                    (V.Load(block + i) + s).Store(block + i);
                }

                if (i < columns)
                {
                    int n = columns - i;
                    V s = (source.AtPartial<V>(at + i, n) + source.AtPartial<V>(at + step + i, n))
                        + (source.AtPartial<V>(at + (2 * step) + i, n) + source.AtPartial<V>(at + (3 * step) + i, n));
                    (V.LoadPartial(block + i, n) + s).StorePartial(block + i, n);
                }
            }

            for (; r < rows; r++, at += step)
            {
                for (int i = 0; i < columns; i += V.Width)
                {
                    int n = Math.Min(V.Width, columns - i);
                    (V.LoadPartial(block + i, n) + source.AtPartial<V>(at + i, n)).StorePartial(block + i, n);
                }
            }
        }
    }
}
