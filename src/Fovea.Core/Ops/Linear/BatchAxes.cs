using System.Numerics;
using Fovea.Simd.Gemm;

namespace Fovea;

/// <summary>
/// The leading axes of a batched product: how far each operand's next matrix lies, 0 where the operand is repeated. A result that is
/// itself repeated (the gradient of a repeated operand) is summed over.
/// </summary>
internal sealed class BatchAxes
{
    private readonly int[] _lengths;
    private readonly int[][] _strides;

    private BatchAxes(int[] lengths, int[][] strides) => (_lengths, _strides, Count) = (lengths, strides, new Shape(lengths).Elements);

    /// <summary>How many products there are.</summary>
    public int Count { get; }

    /// <summary>Merges the batch axes of the two operands and the result as far as all three allow.</summary>
    public static BatchAxes Of(Shape a, Shape b, Shape result)
    {
        Shape batch = Batch(result);
        int[][] strides = [BroadcastShapes.Strides(Batch(a), batch), BroadcastShapes.Strides(Batch(b), batch), BroadcastShapes.Strides(batch, batch)];
        var lengths = new List<int>();
        List<int>[] merged = [[], [], []];
        for (int axis = 0; axis < batch.Rank; axis++)
        {
            int length = batch[axis];
            if (length == 1)
            {
                continue;
            }

            if (lengths.Count > 0 && strides.Index().All(s => merged[s.Index][^1] == (long)s.Item[axis] * length))
            {
                lengths[^1] *= length;
                for (int o = 0; o < 3; o++)
                {
                    merged[o][^1] = strides[o][axis];
                }
            }
            else
            {
                lengths.Add(length);
                for (int o = 0; o < 3; o++)
                {
                    merged[o].Add(strides[o][axis]);
                }
            }
        }

        return new BatchAxes([.. lengths], Array.ConvertAll(merged, m => m.ToArray()));
    }

    /// <summary>
    /// Runs every product <c>C = op(A) · op(B)</c> of a batch. <paramref name="a"/>, <paramref name="b"/> and <paramref name="c"/> say
    /// which of the three operands (0 the first, 1 the second, 2 the result) of the forward pass each one is.
    /// </summary>
    public void Run<T>(
        bool transposeA, bool transposeB, int m, int n, int k, ReadOnlySpan<T> x, int a, ReadOnlySpan<T> y, int b, Span<T> z, int c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Count == 0)
        {
            z.Clear();
            return;
        }

        int batch = Count;
        bool oneAxis = _lengths.Length <= 1;
        if (batch > 1 && oneAxis && _strides[b][0] == 0 && _strides[a][0] == 1 && _strides[c][0] == 1 && !transposeA)
        {
            // One right factor for all: their rows are the rows of one tall product.
            m *= batch;
            batch = 1;
        }
        else if (batch > 1 && oneAxis && _strides[c][0] == 0 && _strides[a][0] == 1 && _strides[b][0] == 1 && transposeA && !transposeB)
        {
            // One result for all: the sum over the batch is part of the sum inside one product.
            k *= batch;
            batch = 1;
        }

        int lda = transposeA ? m : k;
        int ldb = transposeB ? k : n;
        if (batch == 1)
        {
            MatrixMultiply.Run(transposeA, transposeB, m, n, k, T.One, x, lda, y, ldb, T.Zero, z, n);
            return;
        }

        Each(transposeA, transposeB, m, n, k, x, lda, a, y, ldb, b, z, c);
    }

    private static Shape Batch(Shape shape) => [.. shape.Lengths[..^2]];

    private void Each<T>(
        bool transposeA, bool transposeB, int m, int n, int k, ReadOnlySpan<T> x, int lda, int a, ReadOnlySpan<T> y, int ldb, int b, Span<T> z, int c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int last = _lengths.Length - 1;
        bool sums = _strides[c][last] == 0;
        int run = sums ? 1 : _lengths[last];
        Span<int> index = stackalloc int[_lengths.Length];
        index.Clear();
        for (int left = Count / run; left > 0; left--)
        {
            (int atA, int atB, int atC, bool first) = Place(index, a, b, c);
            MatrixMultiply.RunBatched(
                run, transposeA, transposeB, m, n, k, T.One,
                x[(atA * m * k)..], lda, (long)_strides[a][last] * m * k,
                y[(atB * n * k)..], ldb, (long)_strides[b][last] * n * k,
                first ? T.Zero : T.One,
                z[(atC * m * n)..], n, (long)_strides[c][last] * m * n);
            for (int axis = sums ? last : last - 1; axis >= 0 && ++index[axis] == _lengths[axis]; axis--)
            {
                index[axis] = 0;
            }
        }
    }

    private (int A, int B, int C, bool First) Place(ReadOnlySpan<int> index, int a, int b, int c)
    {
        (int atA, int atB, int atC, bool first) = (0, 0, 0, true);
        for (int axis = 0; axis < index.Length; axis++)
        {
            atA += index[axis] * _strides[a][axis];
            atB += index[axis] * _strides[b][axis];
            atC += index[axis] * _strides[c][axis];

            // The first visit to a result writes it, the later ones add.
            first &= _strides[c][axis] != 0 || index[axis] == 0;
        }

        return (atA, atB, atC, first);
    }
}
