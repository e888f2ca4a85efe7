using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Functions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>What becomes of a block's sums over the channels before they weigh its positions.</summary>
internal unsafe interface IBlockWeights<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether the channels' weighted sums are wanted.</summary>
    static abstract bool Weighs { get; }

    /// <summary>What the sums begin with.</summary>
    T Start { get; }

    /// <summary>Makes weights of the sums, in their place.</summary>
    /// <param name="piece">Which piece.</param>
    /// <param name="image">Its image.</param>
    /// <param name="at">Its first position, counted over all images.</param>
    /// <param name="count">Its positions.</param>
    /// <param name="z">The sums.</param>
    void Apply<V>(int piece, int image, nint at, int count, T* z)
        where V : struct, IVector<V, T>;
}

/// <summary><c>e^(z − m)</c> with the block's maximum m, which is kept beside the weights' sum: a softmax that is put right at the end.</summary>
internal readonly unsafe struct BlockExponentials<T>(T bias, T* tops, T* totals) : IBlockWeights<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool Weighs => true;

    public T Start => bias;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply<V>(int piece, int image, nint at, int count, T* z)
        where V : struct, IVector<V, T>
    {
        V most = V.Broadcast(z[0]);
        for (int i = 0; i < count; i += V.Width)
        {
            int n = Math.Min(V.Width, count - i);
            most = V.Max(most, V.Select(V.FirstLanes(n), V.LoadPartial(z + i, n), most));
        }

        // A block of −∞ alone weighs nothing; −∞ less itself would be NaN.
        T top = V.MaxAcross(most);
        V shift = V.Broadcast(T.IsNegativeInfinity(top) ? T.Zero : top);
        V sum = V.Zero;
        for (int i = 0; i < count; i += V.Width)
        {
            int n = Math.Min(V.Width, count - i);
            V e = Exp.Of<V, T>(V.LoadPartial(z + i, n) - shift);
            e.StorePartial(z + i, n);
            sum += e & V.FirstLanes(n);
        }

        tops[piece] = top;
        totals[piece] = V.Sum(sum);
    }
}

/// <summary><c>p · (z − mean)</c>: the softmax's gradient, where the mean <c>Σ p·z</c> of every image is known before.</summary>
internal readonly unsafe struct SoftmaxGradient<T>(T* p, T* means) : IBlockWeights<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool Weighs => true;

    public T Start => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply<V>(int piece, int image, nint at, int count, T* z)
        where V : struct, IVector<V, T>
    {
        V mean = V.Broadcast(means[image]);
        for (int i = 0; i < count; i += V.Width)
        {
            int n = Math.Min(V.Width, count - i);
            (V.LoadPartial(p + at + i, n) * (V.LoadPartial(z + i, n) - mean)).StorePartial(z + i, n);
        }
    }
}

/// <summary><c>σ(z)</c>, a gate that weighs no sums.</summary>
internal readonly unsafe struct SigmoidGate<T>(T bias) : IBlockWeights<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool Weighs => false;

    public T Start => bias;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply<V>(int piece, int image, nint at, int count, T* z)
        where V : struct, IVector<V, T>
    {
        for (int i = 0; i < count; i += V.Width)
        {
            int n = Math.Min(V.Width, count - i);
            Sigmoid.Of<V, T>(V.LoadPartial(z + i, n)).StorePartial(z + i, n);
        }
    }
}

/// <summary><c>z · b · (1 − b)</c>: the gradient before the gate's sigmoid.</summary>
internal readonly unsafe struct SigmoidGradient<T>(T* gates) : IBlockWeights<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool Weighs => true;

    public T Start => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply<V>(int piece, int image, nint at, int count, T* z)
        where V : struct, IVector<V, T>
    {
        for (int i = 0; i < count; i += V.Width)
        {
            int n = Math.Min(V.Width, count - i);
            V b = V.LoadPartial(gates + at + i, n);
            default(SigmoidBackward).Apply<V, T>(b, V.LoadPartial(z + i, n)).StorePartial(z + i, n);
        }
    }
}
