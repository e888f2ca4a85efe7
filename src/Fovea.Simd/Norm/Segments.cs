using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Norm;

/// <summary>
/// One channel of [N, C, inner]: N segments of <c>inner</c> numbers. Cut into blocks that fit the first-level cache, so that the second
/// look at a block, which accurate statistics need, does not reach memory: several whole segments, or a part of a long one.
/// </summary>
internal readonly struct Segments
{
    private const int BlockLength = 4096;

    public Segments(int segments, int length)
    {
        Count = segments;
        Length = length;
        PartLength = Math.Min(length, BlockLength);
        Parts = (length + BlockLength - 1) / BlockLength;
        PerBlock = Math.Max(1, BlockLength / Math.Max(1, length));
    }

    /// <summary>Segments in all.</summary>
    public int Count { get; }

    /// <summary>Numbers in a segment.</summary>
    public int Length { get; }

    /// <summary>Parts that a segment is cut into; 1 unless it is long.</summary>
    public int Parts { get; }

    /// <summary>Numbers in each part but the last.</summary>
    public int PartLength { get; }

    /// <summary>Segments in one block; 1 where segments are cut.</summary>
    public int PerBlock { get; }

    /// <summary>
    /// Mean and sum of squared deviations of a channel, exact to about one rounding: each block's own mean and deviations, combined in
    /// double as Chan, Golub and LeVeque (1979) do.
    /// </summary>
    /// <param name="x">The first segment.</param>
    /// <param name="stride">From one segment to the next.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="deviations">Σ (x − mean)².</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Moments<V, T>(T* x, nint stride, out double mean, out double deviations)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        mean = 0;
        deviations = 0;
        double seen = 0;
        for (int first = 0; first < Count; first += PerBlock)
        {
            int segments = Math.Min(PerBlock, Count - first);
            for (int part = 0; part < Parts; part++)
            {
                T* block = x + (first * stride) + ((nint)part * PartLength);
                int length = Math.Min(PartLength, Length - (part * PartLength));
                double count = (double)segments * length;

                // The block's mean need not be exact: what it is off by shows in the sum of deviations and is put right.
                T near = T.CreateTruncating(Sum<V, T>(block, stride, segments, length) / count);
                double blockDeviations = Deviations<V, T>(block, stride, segments, length, near, out double off);
                blockDeviations = Math.Max(0, blockDeviations - (off * off / count));
                double blockMean = double.CreateTruncating(near) + (off / count);
                double delta = blockMean - mean;
                double all = seen + count;
                mean += delta * (count / all);
                deviations += blockDeviations + (delta * delta * (seen * count / all));
                seen = all;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe double Sum<V, T>(T* x, nint stride, int segments, int length)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
        for (int s = 0; s < segments; s++, x += stride)
        {
            int i = 0;
            for (; i <= length - (4 * V.Width); i += 4 * V.Width)
            {
                s0 += V.Load(x + i);
                s1 += V.Load(x + i + V.Width);
                s2 += V.Load(x + i + (2 * V.Width));
                s3 += V.Load(x + i + (3 * V.Width));
            }

            for (; i <= length - V.Width; i += V.Width)
            {
                s0 += V.Load(x + i);
            }

            if (i < length)
            {
                s1 += V.LoadPartial(x + i, length - i);
            }
        }

        return double.CreateTruncating(V.Sum(s0 + s1 + (s2 + s3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe double Deviations<V, T>(T* x, nint stride, int segments, int length, T mean, out double sum)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V m = V.Broadcast(mean);
        V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
        V t0 = V.Zero, t1 = V.Zero;
        for (int s = 0; s < segments; s++, x += stride)
        {
            int i = 0;
            for (; i <= length - (4 * V.Width); i += 4 * V.Width)
            {
                V d0 = V.Load(x + i) - m;
                V d1 = V.Load(x + i + V.Width) - m;
                V d2 = V.Load(x + i + (2 * V.Width)) - m;
                V d3 = V.Load(x + i + (3 * V.Width)) - m;
                s0 = V.MultiplyAdd(d0, d0, s0);
                s1 = V.MultiplyAdd(d1, d1, s1);
                s2 = V.MultiplyAdd(d2, d2, s2);
                s3 = V.MultiplyAdd(d3, d3, s3);
                t0 += d0 + d1;
                t1 += d2 + d3;
            }

            for (; i <= length - V.Width; i += V.Width)
            {
                V d = V.Load(x + i) - m;
                s0 = V.MultiplyAdd(d, d, s0);
                t0 += d;
            }

            if (i < length)
            {
                V d = (V.LoadPartial(x + i, length - i) - m) & V.FirstLanes(length - i);
                s1 = V.MultiplyAdd(d, d, s1);
                t1 += d;
            }
        }

        sum = double.CreateTruncating(V.Sum(t0 + t1));
        return double.CreateTruncating(V.Sum(s0 + s1 + (s2 + s3)));
    }
}
