using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>
/// The backward pass of <see cref="CrissCross"/>. Along each line (a row or a column), with P the attention times γ, made again from the
/// logits and the statistics, and δ_i = Σ_c dy_i·a_i: <c>dv = dy·P</c>, <c>dE = P ∘ (dyᵀ·v − δ)</c>, <c>dq = k·dEᵀ</c>, <c>dk = q·dE</c>.
/// Rows write the gradients, columns add to them.
/// </summary>
internal readonly unsafe struct CrissCrossBackward<T>(
    CrissCrossShape shape, T* q, T* k, T* v, T gamma, T* statistics, T* dots, T* dy, T* dq, T* dk, T* dv)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private bool NeedsLogits => dq is not null || dk is not null;

    /// <summary>Piece i is row i of all maps.</summary>
    internal readonly struct Rows(CrissCrossBackward<T> job) : IVectorBody<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T> => job.RowPass<V>(from, to);
    }

    /// <summary>Piece i is block i of all maps.</summary>
    internal readonly struct Columns(CrissCrossBackward<T> job) : IVectorBody<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T> => job.ColumnPass<V>(from, to);
    }

    private void RowPass<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        int w = shape.Width, hw = shape.Positions, d = shape.Depth, c = shape.Channels;
        using var logits = new Scratch<T>(2L * w * w);
        T* grads = logits.At + ((nint)w * w);
        for (int piece = from; piece < to; piece++)
        {
            (int map, int row) = Math.DivRem(piece, shape.Height);
            nint keys = ((nint)map * d * hw) + ((nint)row * w);
            nint values = ((nint)map * c * hw) + ((nint)row * w);
            nint at = ((nint)map * hw) + ((nint)row * w);
            Product.Run(true, false, w, w, d, q + keys, hw, k + keys, hw, logits.At, w);
            Weights<V>(logits.At, w, statistics + at, 1, withDiagonal: true);
            if (dv is not null)
            {
                Product.Run(false, false, c, w, w, dy + values, hw, logits.At, w, dv + values, hw);
            }

            if (NeedsLogits)
            {
                Product.Run(true, false, w, w, c, dy + values, hw, v + values, hw, grads, w);
                LogitGradients<V>(logits.At, grads, w, dots + at, 1);
            }

            if (dq is not null)
            {
                Product.Run(false, true, d, w, w, k + keys, hw, grads, w, dq + keys, hw);
            }

            if (dk is not null)
            {
                Product.Run(false, false, d, w, w, q + keys, hw, grads, w, dk + keys, hw);
            }
        }
    }

    private void ColumnPass<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        int h = shape.Height, d = shape.Depth, b = shape.BlockColumns;
        nint squares = (nint)b * h * h;
        nint keys = (nint)b * d * h;
        using var logits = new Scratch<T>((NeedsLogits ? 2 : 1) * squares);
        using var turned = new Scratch<T>((3 * keys) + ((nint)h * b));
        T* grads = logits.At + squares;
        T* queries = turned.At, keysAt = turned.At + keys, results = turned.At + (2 * keys), line = turned.At + (3 * keys);
        for (int piece = from; piece < to; piece++)
        {
            var block = new CrissCrossBlock<T>(shape, piece);
            block.Take(q, d, 0, d, queries);
            block.Take(k, d, 0, d, keysAt);
            for (int i = 0; i < block.Columns; i++)
            {
                T* square = logits.At + ((nint)i * h * h);
                Product.Run(true, false, h, h, d, queries + ((nint)i * d * h), h, keysAt + ((nint)i * d * h), h, square, h);
                Weights<V>(square, h, block.Part(statistics) + i, shape.Width, withDiagonal: false);
            }

            ValuePass<V>(block, logits.At, grads);
            for (int i = 0; NeedsLogits && i < block.Columns; i++)
            {
                LogitGradients<V>(logits.At + ((nint)i * h * h), grads + ((nint)i * h * h), h, block.Part(dots) + i, shape.Width);
            }

            if (dq is not null)
            {
                KeyGradient<V>(block, keysAt, grads, transpose: true, results, line, dq);
            }

            if (dk is not null)
            {
                KeyGradient<V>(block, queries, grads, transpose: false, results, line, dk);
            }
        }
    }

    // dv and dyᵀ·v, over chunks of channels.
    private void ValuePass<V>(in CrissCrossBlock<T> block, T* weights, T* grads)
        where V : struct, IVector<V, T>
    {
        int h = shape.Height, c = shape.Channels, b = shape.BlockColumns, chunk = shape.ChunkChannels;
        nint room = (nint)b * chunk * h;
        using var turned = new Scratch<T>((2 * room) + ((nint)h * b));
        T* other = turned.At + room;
        for (int first = 0; first < c; first += chunk)
        {
            int count = Math.Min(chunk, c - first);
            block.Take(dy, c, first, count, turned.At);
            if (NeedsLogits)
            {
                block.Take(v, c, first, count, other);
            }

            for (int i = 0; NeedsLogits && i < block.Columns; i++)
            {
                nint column = (nint)i * count * h;
                Product.Run(
                    true, false, h, h, count, turned.At + column, h, other + column, h, grads + ((nint)i * h * h), h, adds: first > 0);
            }

            for (int i = 0; dv is not null && i < block.Columns; i++)
            {
                nint column = (nint)i * count * h;
                Product.Run(false, false, count, h, h, turned.At + column, h, weights + ((nint)i * h * h), h, other + column, h);
            }

            if (dv is not null)
            {
                AddBack<V>(block, other, count, turned.At + (2 * room), dv, c, first);
            }
        }
    }

    private void KeyGradient<V>(in CrissCrossBlock<T> block, T* other, T* grads, bool transpose, T* results, T* line, T* to)
        where V : struct, IVector<V, T>
    {
        int h = shape.Height, d = shape.Depth;
        for (int i = 0; i < block.Columns; i++)
        {
            nint column = (nint)i * d * h;
            Product.Run(false, transpose, d, h, h, other + column, h, grads + ((nint)i * h * h), h, results + column, h);
        }

        AddBack<V>(block, results, d, line, to, d, 0);
    }

    // Logits to γ · softmax, with the statistics of the whole cross.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Weights<V>(T* square, int n, T* max, int stride, bool withDiagonal)
        where V : struct, IVector<V, T>
    {
        T* inverse = max + ((nint)shape.Batch * shape.Positions);
        for (int i = 0; i < n; i++, square += n, max += stride, inverse += stride)
        {
            V m = V.Broadcast(*max);
            V f = V.Broadcast(*inverse * gamma);
            for (int j = 0; j < n; j += V.Width)
            {
                int count = Math.Min(V.Width, n - j);
                (Exp.AtLeast<V, T>(V.LoadPartial(square + j, count) - m, Denormals.Negligible<V, T>()) * f).StorePartial(square + j, count);
            }

            if (!withDiagonal)
            {
                square[i] = T.Zero;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void LogitGradients<V>(T* weights, T* grads, int n, T* dots, int stride)
        where V : struct, IVector<V, T>
    {
        for (int i = 0; i < n; i++, weights += n, grads += n, dots += stride)
        {
            V dot = V.Broadcast(*dots);
            for (int j = 0; j < n; j += V.Width)
            {
                int count = Math.Min(V.Width, n - j);
                (V.LoadPartial(weights + j, count) * (V.LoadPartial(grads + j, count) - dot)).StorePartial(grads + j, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void AddBack<V>(in CrissCrossBlock<T> block, T* results, int count, T* line, T* tensor, int channels, int first)
        where V : struct, IVector<V, T>
    {
        int b = shape.BlockColumns;
        for (int c = 0; c < count; c++)
        {
            block.TurnBack(results, c, count, line, b);
            T* from = line;
            T* to = block.Part(tensor, channels, first + c);
            for (int row = 0; row < shape.Height; row++, from += b, to += shape.Width)
            {
                for (int i = 0; i < block.Columns; i += V.Width)
                {
                    int n = Math.Min(V.Width, block.Columns - i);
                    (V.LoadPartial(to + i, n) + V.LoadPartial(from + i, n)).StorePartial(to + i, n);
                }
            }
        }
    }
}
