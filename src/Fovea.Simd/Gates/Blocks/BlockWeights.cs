using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Sweeps;
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
    /// <param name="z">The sums, as X and Y of a sweep of one plane.</param>
    /// <param name="tile">That plane: the block's positions.</param>
    void Apply<V>(int piece, int image, nint at, Sweep<T> z, in SweepTile tile)
        where V : struct, IVector<V, T>;
}

/// <summary><c>e^(z − m)</c> with the block's maximum m, which is kept beside the weights' sum: a softmax that is put right at the end.</summary>
internal readonly unsafe struct BlockExponentials<T>(T bias, T* tops, T* totals) : IBlockWeights<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool Weighs => true;

    public T Start => bias;

    void IBlockWeights<T>.Apply<V>(int piece, int image, nint at, Sweep<T> z, in SweepTile tile)
    {
        // A block of −∞ alone weighs nothing; −∞ less itself would be NaN.
        T top = Top(z.X, tile.PositionCount, PlaneLoop<PlaneSumTop, NoStore, NoEpilogue, V, T>.Run(z, tile));
        T shift = T.IsNegativeInfinity(top) ? T.Zero : top;
        z.A = &shift;
        tops[piece] = top;
        totals[piece] = T.CreateTruncating(PlaneLoop<Exponential, CachedStore, NoEpilogue, V, T>.Run(z, tile).First);
    }

    // The fast maximum can lose a NaN; the sum can not, and is one for ∞ − ∞ too.
    private static T Top(T* z, int count, PlaneSums<T> sums)
    {
        T top = sums.Top;
        for (int i = 0; double.IsNaN(sums.First) && i < count; i++)
        {
            top = T.Max(top, z[i]);
        }

        return top;
    }

    private readonly struct Exponential : IReadsX, IReadsA, ISumsPlanes, ILongStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, TNumber>(in Operands<V> o, ref Sums<V> s)
        {
            V e = Exp.Normal<V, TNumber>(o.X - o.A);
            s.Plane += e;
            return e;
        }
    }
}

/// <summary><c>p · (z − mean)</c>: the softmax's gradient, where the mean <c>Σ p·z</c> of every image is known before.</summary>
internal readonly unsafe struct SoftmaxGradient<T>(T* p, T* means) : IBlockWeights<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool Weighs => true;

    public T Start => T.Zero;

    void IBlockWeights<T>.Apply<V>(int piece, int image, nint at, Sweep<T> z, in SweepTile tile)
    {
        z.G = p + at;
        z.A = means + image;
        PlaneLoop<Centred, CachedStore, NoEpilogue, V, T>.Run(z, tile);
    }

    private readonly struct Centred : IReadsX, IReadsG, IReadsA
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, TNumber>(in Operands<V> o, ref Sums<V> s) => o.G * (o.X - o.A);
    }
}

/// <summary><c>σ(z)</c>, a gate that weighs no sums.</summary>
internal readonly unsafe struct SigmoidGate<T>(T bias) : IBlockWeights<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool Weighs => false;

    public T Start => bias;

    void IBlockWeights<T>.Apply<V>(int piece, int image, nint at, Sweep<T> z, in SweepTile tile) =>
        PlaneLoop<AffineSigmoid, CachedStore, NoEpilogue, V, T>.Run(z, tile);
}

/// <summary><c>z · b · (1 − b)</c>: the gradient before the gate's sigmoid.</summary>
internal readonly unsafe struct SigmoidGradient<T>(T* gates) : IBlockWeights<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool Weighs => true;

    public T Start => T.Zero;

    void IBlockWeights<T>.Apply<V>(int piece, int image, nint at, Sweep<T> z, in SweepTile tile)
    {
        z.G = gates + at;
        PlaneLoop<LogitGradient, CachedStore, NoEpilogue, V, T>.Run(z, tile);
    }
}
