using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>
/// A product with a vector. Each number of the matrix is used once, so nothing is packed: rows are read in place, six at a time
/// against the vector, or eight registers of columns at a time down all rows.
/// </summary>
internal unsafe struct MatrixVector<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Rows = 6;
    private const int Columns = 8;

    // Steps summed before the sum is added to the result, for the error's sake.
    private const int Depth = 1024;
    private const long Grain = 1 << 15;

    private T* _matrix;
    private nint _rowStride;
    private bool _dots;
    private int _outputs;
    private int _k;
    private T* _vector;
    private T* _result;
    private VectorPlace* _places;
    private nint* _offsets;

    // Multiply-adds below which setting up costs more than packing.
    private const long Worthwhile = 1 << 13;

    /// <summary>Whether a product is one of a vector, and large enough.</summary>
    public static bool Takes(int m, int n, int k) => (m == 1 || n == 1) && (long)m * n * k >= Worthwhile;

    /// <summary><c>C = alpha · op(A) · op(B) + beta · C</c> with m or n of 1.</summary>
    public static void Run(in GemmOperand<T> a, in GemmOperand<T> b, T* c, nint rowStride, int m, int n, int k, T alpha, T beta)
    {
        bool row = m == 1;
        GemmOperand<T> matrix = row ? b : a;
        GemmOperand<T> vector = row ? a : b;
        int outputs = row ? n : m;

        // Stored [output, k] for dot products, or [k, output] to be swept down.
        bool dots = row == matrix.Transpose;
        nint step = row == vector.Transpose ? vector.RowStride : 1;
        int entries = Math.Max((k + V.Width - 1) / V.Width, Columns);
        using var packed = new Scratch<T>(step == 1 ? 1 : k);
        using var result = new Scratch<T>(outputs);
        using var places = new Scratch<VectorPlace>(entries);
        using var offsets = new Scratch<nint>(Math.Max(Rows, Depth));
        for (int i = 0; step != 1 && i < k; i++)
        {
            packed.At[i] = vector.At[i * step];
        }

        for (int i = 0; i < entries; i++)
        {
            places.At[i] = new() { In = (nint)i * V.Width, Out = (nint)i * V.Width };
        }

        for (int i = 0; i < Math.Min(k, Depth); i++)
        {
            offsets.At[i] = i * matrix.RowStride;
        }

        var body = new MatrixVector<V, T>
        {
            _matrix = matrix.At,
            _rowStride = matrix.RowStride,
            _dots = dots,
            _outputs = outputs,
            _k = k,
            _vector = step == 1 ? vector.At : packed.At,
            _result = result.At,
            _places = places.At,
            _offsets = offsets.At,
        };
        int piece = PieceOutputs(dots);
        ParallelPool.For(ref body, (outputs + piece - 1) / piece, (int)Math.Clamp(Grain / ((long)piece * k), 1, int.MaxValue));
        TileFinish<V, T>.Scaled(result.At, row ? 0 : 1, c, rowStride, row ? 1 : m, n, alpha, beta);
    }

    public readonly void Run(int from, int to)
    {
        int piece = PieceOutputs(_dots);
        for (int i = from; i < to; i++)
        {
            int first = i * piece;
            int count = Math.Min(piece, _outputs - first);
            if (_dots)
            {
                Dots(first, count);
            }
            else
            {
                Sweep(first, count);
            }
        }
    }

    private static int PieceOutputs(bool dots) => dots ? 8 * Rows : Columns * V.Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Dots(int first, int count)
    {
        T* lanes = stackalloc T[Rows * V.Width];
        nint* rows = stackalloc nint[Rows];
        int registers = _k / V.Width;
        int tail = registers * V.Width;
        for (int i = first; i < first + count; i += Rows)
        {
            for (int r = 0; r < Rows; r++)
            {
                rows[r] = Math.Min(i + r, _outputs - 1) * _rowStride;
            }

            int most = Math.Min(Rows, first + count - i);
            new Span<T>(_result + i, most).Clear();
            for (int p = 0; p < registers; p += Depth / 4)
            {
                nint at = (nint)p * V.Width;
                WeightTile<V, T, N1>.Run(Math.Min(Depth / 4, registers - p), _places, _matrix + at, rows, _vector + at, 0, lanes);
                for (int r = 0; r < most; r++)
                {
                    _result[i + r] += V.Sum(V.Load(lanes + r * V.Width));
                }
            }

            for (int r = 0; r < most; r++)
            {
                T rest = T.Zero;
                for (int p = tail; p < _k; p++)
                {
                    rest += _matrix[rows[r] + p] * _vector[p];
                }

                _result[i + r] += rest;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Sweep(int first, int count)
    {
        T* sums = stackalloc T[Columns * V.Width];
        new Span<T>(_result + first, count).Clear();
        for (int p = 0; p < _k; p += Depth)
        {
            int depth = Math.Min(Depth, _k - p);
            T* at = _matrix + p * _rowStride + first;
            T* w = _vector + p;
            int done = 0;
            if (count == Columns * V.Width)
            {
                DepthwiseTile<V, T, N8>.Run(depth, _offsets, w, T.Zero, at, _places, sums);
                done = count;
            }

            for (; done <= count - V.Width; done += V.Width)
            {
                DepthwiseTile<V, T, N1>.Run(depth, _offsets, w, T.Zero, at + done, _places, sums + done);
            }

            for (; done < count; done++)
            {
                T sum = T.Zero;
                for (int i = 0; i < depth; i++)
                {
                    sum += w[i] * at[_offsets[i] + done];
                }

                sums[done] = sum;
            }

            for (int j = 0; j < count; j++)
            {
                _result[first + j] += sums[j];
            }
        }
    }
}
