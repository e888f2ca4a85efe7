using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>A batch of products of one size: piece i is one product.</summary>
internal unsafe struct GemmBatchBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Multiply-adds from which one product is cut inside, and of a piece that is worth handing to a thread.
    private const long CutInside = 1 << 22;
    private const long Grain = 1 << 16;

    public GemmOperand<T> A;
    public GemmOperand<T> B;
    public T* C;
    public nint StrideA;
    public nint StrideB;
    public nint StrideC;
    public nint RowStride;
    public int M;
    public int N;
    public int K;
    public T Alpha;
    public T Beta;

    /// <summary>Runs all products. Large ones are cut inside; small ones are handed out whole. Either way the sums are the same.</summary>
    public void Run(int batch)
    {
        Merge(ref batch);
        long work = (long)M * N * K;
        if (batch == 1 || work >= CutInside)
        {
            Run(0, batch);
        }
        else
        {
            WorkerTeam.For(ref this, batch, (int)Math.Clamp(Grain / Math.Max(1, work), 1, batch));
        }
    }

    public readonly void Run(int from, int to)
    {
        bool vector = MatrixVector<V, T>.Takes(M, N, K) && Alpha != T.Zero;
        using var scratch = new Scratch<T>(vector ? 1 : GemmDriver<V, T>.ScratchCount(M, N, K));
        for (int i = from; i < to; i++)
        {
            GemmOperand<T> a = A;
            GemmOperand<T> b = B;
            a.At += i * StrideA;
            b.At += i * StrideB;
            T* c = C + i * StrideC;
            if (vector)
            {
                MatrixVector<V, T>.Run(a, b, c, RowStride, M, N, K, Alpha, Beta);
            }
            else
            {
                GemmDriver<V, T>.Run(a, b, c, RowStride, M, N, K, Alpha, Beta, scratch.At);
            }
        }
    }

    // One B for all, and each A and C right below the one before: one tall product.
    private void Merge(ref int batch)
    {
        if (batch > 1 && StrideB == 0 && !A.Transpose && StrideA == M * A.RowStride && StrideC == M * RowStride && (long)batch * M <= int.MaxValue)
        {
            M *= batch;
            batch = 1;
        }
    }
}
