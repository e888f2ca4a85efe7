using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>
/// The softmax statistics of one row of targets: the largest logit over each target's sources, one over the sum of the exponentials, and
/// the weight of a source outside the window. Those sources count with the logit 0, without being visited, if that is the rule. Piece i
/// is row i of all maps.
/// </summary>
internal readonly unsafe struct PointwiseStatistics<T>(PointwiseShape shape, T* maps, T* max, T* inverse, T* background) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        for (int piece = from; piece < to; piece++)
        {
            (int map, int row) = Math.DivRem(piece, shape.Height);
            T* m = max + ((nint)piece * shape.Width);
            T* s = inverse + ((nint)piece * shape.Width);
            new Span<T>(m, shape.Width).Fill(T.NegativeInfinity);
            new Span<T>(s, shape.Width).Clear();
            Visit<V>(map, row, m, s, sums: false);
            T* b = background + ((nint)piece * shape.Width);
            Background(row, m, s, b);
            Visit<V>(map, row, m, s, sums: true);
            for (int x = 0; x < shape.Width; x++)
            {
                s[x] = T.One / s[x];
                b[x] *= s[x];
            }
        }
    }

    private void Background(int row, T* m, T* s, T* b)
    {
        new Span<T>(b, shape.Width).Clear();
        if (!shape.HasBackground)
        {
            return;
        }

        long rows = Reach(row, shape.HalfHeight, shape.Height);
        for (int x = 0; x < shape.Width; x++)
        {
            long outside = shape.Positions - (rows * Reach(x, shape.HalfWidth, shape.Width));
            if (outside > 0)
            {
                m[x] = m[x] < T.Zero ? T.Zero : m[x];
                b[x] = T.Exp(-m[x]);
                s[x] = T.CreateTruncating(outside) * b[x];
            }
        }
    }

    private static int Reach(int at, int half, int length) => Math.Min(length - 1, at + half) - Math.Max(0, at - half) + 1;

    // Every cell of the window that leads to this row of targets, as a run of neighbouring targets.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Visit<V>(int map, int row, T* m, T* s, bool sums)
        where V : struct, IVector<V, T>
    {
        int w = shape.Width;
        for (int cell = 0; cell < shape.Cells; cell++)
        {
            (int cy, int cx) = Math.DivRem(cell, shape.MaskWidth);
            int dy = cy - shape.HalfHeight;
            int dx = cx - shape.HalfWidth;

            // A target owns the map from which it collects; what is distributed to it stands in the source's.
            int owner = shape.Distribute ? row - dy : row;
            int other = shape.Distribute ? owner : row + dy;
            int shift = shape.Distribute ? -dx : dx;
            int first = Math.Max(0, -shift);
            int end = Math.Min(w, w - shift);
            if ((uint)other >= (uint)shape.Height || first >= end)
            {
                continue;
            }

            T* line = maps + ((((nint)map * shape.Cells) + cell) * shape.Positions) + ((nint)owner * w) + (shape.Distribute ? shift : 0);
            for (int x = first; x < end; x += V.Width)
            {
                int n = Math.Min(V.Width, end - x);
                V logit = V.LoadPartial(line + x, n);
                V largest = V.LoadPartial(m + x, n);
                if (sums)
                {
                    (V.LoadPartial(s + x, n) + Exp.Normal<V, T>(logit - largest)).StorePartial(s + x, n);
                }
                else
                {
                    V.Max(largest, logit).StorePartial(m + x, n);
                }
            }
        }
    }
}
