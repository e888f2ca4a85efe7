using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>Products of one size: <c>Cᵢ = Alpha · op(Aᵢ) · op(Bᵢ) + Beta · Cᵢ</c> for i = 0 … Count − 1.</summary>
internal unsafe struct GemmBatch<T> : IVectorCall<T>
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
    public int Count;
    public int M;
    public int N;
    public int K;
    public T Alpha;
    public T Beta;

    /// <summary>Runs all products. Large ones are cut inside; small ones are handed out whole. Either way the sums are the same.</summary>
    public void Run<V>()
        where V : unmanaged, IVector<V, T>
    {
        Merge();
        long work = (long)M * N * K;
        var body = new Body<V>(this);
        if (Count == 1 || work >= CutInside)
        {
            body.Run(0, Count);
        }
        else
        {
            ParallelPool.For(ref body, Count, (int)Math.Clamp(Grain / Math.Max(1, work), 1, Count));
        }
    }

    // One B for all, and each A and C right below the one before: one tall product.
    private void Merge()
    {
        if (Count > 1 && StrideB == 0 && !A.Transpose && StrideA == M * A.RowStride && StrideC == M * RowStride && (long)Count * M <= int.MaxValue)
        {
            M *= Count;
            Count = 1;
        }
    }

    /// <summary>Piece i is one product.</summary>
    private readonly struct Body<V>(GemmBatch<T> all) : IRangeBody
        where V : unmanaged, IVector<V, T>
    {
        private readonly GemmBatch<T> _all = all;

        public void Run(int from, int to)
        {
            ref readonly GemmBatch<T> x = ref _all;
            bool vector = MatrixVector<V, T>.Takes(x.M, x.N, x.K) && x.Alpha != T.Zero;
            using var scratch = new Scratch<T>(vector ? 1 : GemmDriver<V, T>.ScratchCount(x.M, x.N, x.K));
            for (int i = from; i < to; i++)
            {
                GemmOperand<T> a = x.A;
                GemmOperand<T> b = x.B;
                a.At += i * x.StrideA;
                b.At += i * x.StrideB;
                T* c = x.C + (i * x.StrideC);
                if (vector)
                {
                    MatrixVector<V, T>.Run(a, b, c, x.RowStride, x.M, x.N, x.K, x.Alpha, x.Beta);
                }
                else
                {
                    GemmDriver<V, T>.Run(a, b, c, x.RowStride, x.M, x.N, x.K, x.Alpha, x.Beta, scratch.At);
                }
            }
        }
    }
}
