using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Norm;

/// <summary>
/// How x [N, C, inner] is cut for sums over channels: slices of a few samples, and within them groups of neighbouring channels, so that
/// every piece is read in the order of memory. (One channel after the other would jump by C·inner, often a multiple of a large power of
/// two, which all falls into the same few lines of the cache.) Slices are summed apart and put together in their order, which depends
/// on the shape alone.
/// </summary>
internal readonly struct Segments
{
    private const int PieceLength = 65536;

    /// <summary>
    /// Channels whose partial sums are kept at hand while a slice is walked through sample by sample: in the order of memory, where the
    /// next channel follows, rather than from sample to sample, where short rows lie far apart.
    /// </summary>
    public const int Together = 32;

    /// <summary>
    /// Numbers that are summed in one go, in four registers: 64 in each lane of float, so that narrow registers round no more than wide
    /// ones.
    /// </summary>
    public static int BlockLength => VectorInfo.Bits switch
    {
        512 => 4096,
        256 => 2048,
        128 => 1024,
        _ => 256,
    };

    public Segments(int n, int c, int inner)
    {
        Samples = n;
        Channels = c;
        Inner = inner;
        PerSlice = Math.Clamp(BlockLength / Math.Max(1, inner), 1, Math.Max(1, n));
        Slices = (n + PerSlice - 1) / PerSlice;
        PerGroup = (int)Math.Clamp(PieceLength / Math.Max(1, (long)PerSlice * inner), 1, Math.Max(1, c));
        Groups = (c + PerGroup - 1) / PerGroup;
    }

    public int Samples { get; }

    public int Channels { get; }

    public int Inner { get; }

    /// <summary>Samples in a slice: as many as make a block that is summed in one go.</summary>
    public int PerSlice { get; }

    public int Slices { get; }

    /// <summary>Channels in a group.</summary>
    public int PerGroup { get; }

    public int Groups { get; }

    /// <summary>Pieces of work.</summary>
    public int Pieces => Slices * Groups;

    /// <summary>From one sample to the next.</summary>
    public nint Stride => (nint)Channels * Inner;

    /// <summary>The samples and channels of one piece.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Piece(int piece, out int slice, out int sample, out int samples, out int channel, out int lastChannel)
    {
        (slice, int group) = Math.DivRem(piece, Groups);
        Slice(slice, out sample, out samples);
        channel = group * PerGroup;
        lastChannel = Math.Min(Channels, channel + PerGroup);
    }

    /// <summary>The samples of one slice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Slice(int slice, out int sample, out int samples)
    {
        sample = slice * PerSlice;
        samples = Math.Min(PerSlice, Samples - sample);
    }

    /// <summary>The moments of one channel of one slice: <paramref name="samples"/> runs of <see cref="Inner"/> numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe Moments Moments<V, T>(T* x, int samples)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Moments moments = default;
        for (int start = 0; start < Inner; start += BlockLength)
        {
            Absorb<V, T>(ref moments, x + start, Stride, samples, Math.Min(BlockLength, Inner - start));
        }

        return moments;
    }

    /// <summary>Takes one block into a channel's moments.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Absorb<V, T>(ref Moments moments, T* block, nint stride, int segments, int length)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Deviations are taken from a guess of the block's mean: what it is off by shows in their sum and is put right. Only where it is
        // far off, and putting right would cancel digits, is the block looked at again, from its own mean.
        double count = (double)segments * length;
        T near = moments.Count > 0 ? T.CreateTruncating(moments.Mean) : Guess<V, T>(block, length);
        double squares = Deviations<V, T>(block, stride, segments, length, near, out double off);
        if (off * off / count > 0.8 * squares)
        {
            near = T.CreateTruncating(double.CreateTruncating(near) + (off / count));
            squares = Deviations<V, T>(block, stride, segments, length, near, out off);
        }

        moments.Add(count, double.CreateTruncating(near) + (off / count), Math.Max(0, squares - (off * off / count)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe T Guess<V, T>(T* x, int length)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = Math.Min(V.Width, length);
        return V.Sum(V.LoadPartial(x, n)) / T.CreateTruncating(n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe double Deviations<V, T>(T* x, nint stride, int segments, int length, T mean, out double sum)
        where V : struct, IVector<V, T>
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

/// <summary>
/// Count, mean and sum of squared deviations, in double, put together from parts as Chan, Golub and LeVeque (1979) do: no digits cancel
/// however far the mean is from zero.
/// </summary>
internal struct Moments
{
    public double Count;
    public double Mean;
    public double Deviations;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in Moments part) => Add(part.Count, part.Mean, part.Deviations);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double count, double mean, double deviations)
    {
        double delta = mean - Mean;
        double all = Count + count;
        Mean += delta * (count / all);
        Deviations += deviations + (delta * delta * (Count * count / all));
        Count = all;
    }
}
