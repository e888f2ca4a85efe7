using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Softmaxes;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>The forward pass of <see cref="CrissCross"/>: what its two loops share.</summary>
internal readonly unsafe struct CrissCrossForward<T>(CrissCrossShape shape, T* q, T* k, T* v, T* x, T gamma, T* y, T* attended, T* statistics)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// <c>Σ e^(l − m) v</c> over each row into y, with m and the sum into the statistics: piece i is row i of all maps.
    /// </summary>
    internal readonly struct Rows(CrissCrossForward<T> job) : IVectorBody<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T> => job.RowPass<V>(from, to);
    }

    /// <summary>Adds the columns and x: piece i is block i of all maps.</summary>
    internal readonly struct Columns(CrissCrossForward<T> job) : IVectorBody<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T> => job.ColumnPass<V>(from, to);
    }

    private void RowPass<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        int w = shape.Width, hw = shape.Positions, d = shape.Depth, c = shape.Channels;
        using var logits = new Scratch<T>((long)w * w);
        for (int piece = from; piece < to; piece++)
        {
            (int map, int row) = Math.DivRem(piece, shape.Height);
            nint keys = ((nint)map * d * hw) + ((nint)row * w);
            nint values = ((nint)map * c * hw) + ((nint)row * w);
            nint at = ((nint)map * hw) + ((nint)row * w);
            Product.Run(true, false, w, w, d, q + keys, hw, k + keys, hw, logits.At, w);
            Exponentials<V>(logits.At, w, statistics + at, statistics + (nint)shape.Batch * hw + at, 1);
            Product.Run(false, true, c, w, w, v + values, hw, logits.At, w, y + values, hw);
        }
    }

    private void ColumnPass<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        int h = shape.Height, d = shape.Depth, c = shape.Channels, b = shape.BlockColumns, chunk = shape.ChunkChannels;
        using var logits = new Scratch<T>((long)b * h * h);
        using var factors = new Scratch<T>((4L * h * b) + (V.Width * 4));
        using var turned = new Scratch<T>((long)b * h * 2 * Math.Max(d, chunk));
        T* results = turned.At + ((nint)b * h * Math.Max(d, chunk));
        T* line = factors.At + (2L * h * b);
        for (int piece = from; piece < to; piece++)
        {
            var block = new CrissCrossBlock<T>(shape, piece);
            block.Take(q, d, 0, d, turned.At);
            block.Take(k, d, 0, d, results);
            for (int i = 0; i < block.Columns; i++)
            {
                T* square = logits.At + ((nint)i * h * h);
                Product.Run(true, false, h, h, d, turned.At + ((nint)i * d * h), h, results + ((nint)i * d * h), h, square, h);
                WithoutDiagonal(square, h);
                Exponentials<V>(square, h, factors.At + i, factors.At + ((nint)h * b) + i, b);
            }

            Merge<V>(block, factors.At, factors.At + ((nint)h * b));
            for (int i = 0; i < block.Columns; i++)
            {
                ScaleRows<V>(logits.At + ((nint)i * h * h), h, factors.At + ((nint)h * b) + i, b);
            }

            for (int first = 0; first < c; first += chunk)
            {
                int count = Math.Min(chunk, c - first);
                block.Take(v, c, first, count, turned.At);
                for (int i = 0; i < block.Columns; i++)
                {
                    nint column = (nint)i * count * h;
                    Product.Run(false, true, count, h, h, turned.At + column, h, logits.At + ((nint)i * h * h), h, results + column, h);
                }

                for (int j = 0; j < count; j++)
                {
                    block.TurnBack(results, j, count, line, b);
                    Finish<V>(block, first + j, factors.At, line);
                }
            }
        }
    }

    // Logits to e^(l − m), row by row; m and the sum of row i go to max[i · stride] and sum[i · stride].
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Exponentials<V>(T* square, int n, T* max, T* sum, int stride)
        where V : struct, IVector<V, T>
    {
        for (int i = 0; i < n; i++, square += n, max += stride, sum += stride)
        {
            T m = SoftmaxRows<T>.Max<V>(square, n);
            *max = m;
            *sum = T.CreateTruncating(SoftmaxRows<T>.Exponentials<V>(square, square, n, SoftmaxRows<T>.Shift(m)));
        }
    }

    // A position stands in its row; its second appearance, in the column, does not count.
    private static void WithoutDiagonal(T* square, int n)
    {
        for (int i = 0; i < n; i++)
        {
            square[((nint)i * n) + i] = T.NegativeInfinity;
        }
    }

    // From maxima and sums of the two halves to the softmax over both: what each half is multiplied by goes to the factors (rows first),
    // the maximum and one over the sum to the statistics. Without its own position the row always has a finite logit, a column of one
    // position has none; e^−∞ = 0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Merge<V>(in CrissCrossBlock<T> block, T* max, T* sum)
        where V : struct, IVector<V, T>
    {
        int b = shape.BlockColumns;
        T* rowMax = block.Part(statistics);
        T* rowSum = rowMax + ((nint)shape.Batch * shape.Positions);
        V one = V.Broadcast(T.One);
        for (int row = 0; row < shape.Height; row++, max += b, sum += b, rowMax += shape.Width, rowSum += shape.Width)
        {
            for (int i = 0; i < block.Columns; i += V.Width)
            {
                int n = Math.Min(V.Width, block.Columns - i);
                V m0 = V.LoadPartial(rowMax + i, n);
                V m1 = V.LoadPartial(max + i, n);
                V m = V.Max(m0, m1);
                V f0 = Exp.Normal<V, T>(m0 - m);
                V f1 = Exp.Normal<V, T>(m1 - m);
                V inverse = one / V.MultiplyAdd(V.LoadPartial(rowSum + i, n), f0, V.LoadPartial(sum + i, n) * f1);
                (f0 * inverse).StorePartial(max + i, n);
                (f1 * inverse).StorePartial(sum + i, n);
                m.StorePartial(rowMax + i, n);
                inverse.StorePartial(rowSum + i, n);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ScaleRows<V>(T* square, int n, T* factors, int stride)
        where V : struct, IVector<V, T>
    {
        for (int i = 0; i < n; i++, square += n, factors += stride)
        {
            V f = V.Broadcast(*factors), least = Denormals.Least<V, T>(T.One / *factors);
            for (int j = 0; j < n; j += V.Width)
            {
                int count = Math.Min(V.Width, n - j);
                (Denormals.ClearBelow<V, T>(V.LoadPartial(square + j, count), least) * f).StorePartial(square + j, count);
            }
        }
    }

    // y holds the row's half until here.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Finish<V>(in CrissCrossBlock<T> block, int channel, T* factors, T* column)
        where V : struct, IVector<V, T>
    {
        int b = shape.BlockColumns;
        T* to = block.Part(y, shape.Channels, channel);
        T* add = block.Part(x, shape.Channels, channel);
        T* keep = attended is null ? null : block.Part(attended, shape.Channels, channel);
        V g = V.Broadcast(gamma);
        for (int row = 0; row < shape.Height; row++, to += shape.Width, add += shape.Width, keep += shape.Width, factors += b, column += b)
        {
            for (int i = 0; i < block.Columns; i += V.Width)
            {
                int n = Math.Min(V.Width, block.Columns - i);
                V a = V.MultiplyAdd(V.LoadPartial(to + i, n), V.LoadPartial(factors + i, n), V.LoadPartial(column + i, n));
                V.MultiplyAdd(g, a, V.LoadPartial(add + i, n)).StorePartial(to + i, n);
                if (attended is not null)
                {
                    a.StorePartial(keep + i, n);
                }
            }
        }
    }
}
