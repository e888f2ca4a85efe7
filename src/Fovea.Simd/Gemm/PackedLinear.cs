using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>
/// The weight of a linear map in the order in which the product reads it, made once and used by any number of products with any number
/// of rows. Thread-safe to read.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed unsafe class PackedLinear<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PooledBlock _block;

    /// <summary>Packs a weight.</summary>
    /// <param name="outs">Rows of the weight, 0 or more.</param>
    /// <param name="ins">Columns of the weight, 0 or more.</param>
    /// <param name="weight">[outs, ins].</param>
    /// <exception cref="ArgumentException">A size is negative, or the span does not have the length that the sizes ask for.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public PackedLinear(int outs, int ins, ReadOnlySpan<T> weight)
    {
        LinearMap.CheckWeight<T>(outs, ins, weight.Length);
        Outs = outs;
        Ins = ins;
        long count = outs == 0 || ins == 0 ? 1 : VectorCall.Run<CountCall, T>(new(outs, ins)).Result;
        _block = new PooledBlock(count * sizeof(T));
        fixed (T* from = weight, to = _block.Block.AsSpan<T>(1))
        {
            At = to;
            var b = new GemmOperand<T> { At = from, RowStride = ins, Transpose = true };
            if (outs > 0 && ins > 0)
            {
                VectorCall.Run<PackCall, T>(new(b, outs, ins, to));
            }
        }
    }

    /// <summary>Numbers of a result.</summary>
    public int Outs { get; }

    /// <summary>Numbers of an input.</summary>
    public int Ins { get; }

    /// <summary>Bytes that the packed copy takes.</summary>
    public long Bytes => _block.Bytes;

    // Native memory: it does not move.
    internal T* At { get; }

    /// <summary>Frees the packed copy; no product may be using it.</summary>
    public void Dispose() => _block.Dispose();

    /// <summary>Throws when the packed copy has been freed.</summary>
    internal void Validate() => _ = _block.Block;

    private struct CountCall(int n, int k) : IVectorCall<T>
    {
        public long Result;

        public void Run<V>()
            where V : unmanaged, IVector<V, T> => Result = GemmDriver<V, T>.PackedCount(n, k);
    }

    private readonly struct PackCall(GemmOperand<T> b, int n, int k, T* to) : IVectorCall<T>
    {
        public void Run<V>()
            where V : unmanaged, IVector<V, T> => GemmDriver<V, T>.Pack(b, n, k, to);
    }
}
