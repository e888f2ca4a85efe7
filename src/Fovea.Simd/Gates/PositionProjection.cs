using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Lanes;
using Fovea.Simd.Memory;

namespace Fovea.Simd.Gates;

/// <summary>
/// A 1×1 convolution to few channels and the planes' means, in one read of the maps: what gates with a branch for the channels and one
/// for the positions begin with.
/// </summary>
public static unsafe class PositionProjection
{
    /// <summary>
    /// <c>z[n, k, i] = bias[k] + scale[k]·Σ_c w[k, c]·x[n, c, i]</c>, rectified if asked, and <c>means[n, c] = Σ_i x[n, c, i] / positions</c>.
    /// </summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane, at least 1.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="outputs">Channels that come out.</param>
    /// <param name="w">[outputs, channels].</param>
    /// <param name="scale">[outputs], or empty for 1.</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="relu">Whether z is rectified.</param>
    /// <param name="z">[images, outputs, positions], written.</param>
    /// <param name="means">[images, channels], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Run<T>(
        int images, int channels, int positions, ReadOnlySpan<T> x, int outputs, ReadOnlySpan<T> w, ReadOnlySpan<T> scale, ReadOnlySpan<T> bias,
        bool relu, Span<T> z, Span<T> means)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "positionProjection";
        if (positions < 1)
        {
            Guard.Fail(Name, $"expected planes of at least one position, got {positions}");
        }

        Guard.Length(Name, "x", (long)images * channels * positions, x.Length);
        Guard.Length(Name, "w", (long)outputs * channels, w.Length);
        Guard.LengthOrEmpty(Name, "scale", outputs, scale.Length);
        Guard.Length(Name, "bias", outputs, bias.Length);
        Guard.Length(Name, "z", (long)images * outputs * positions, z.Length);
        Guard.Length(Name, "means", (long)images * channels, means.Length);
        var tiles = new BlockTiles(images, channels, positions, sizeof(T));
        int groups = (outputs + ProjectionTile.Outputs - 1) / ProjectionTile.Outputs;
        int packed = groups * channels * ProjectionTile.Outputs;
        int lanes = tiles.Pieces * channels * ProjectionTile.Widest;
        int parts = tiles.Pieces * channels;
        AlignedBlock scratch = BlockPool.Rent(((long)packed + lanes + parts) * sizeof(T));
        Span<T> work = scratch.AsSpan<T>(packed + lanes + parts);
        Pack(channels, outputs, w, scale, work[..packed]);
        fixed (T* xAt = x, biasAt = bias, zAt = z, workAt = work)
        {
            T* partsAt = workAt + packed + lanes;
            var body = new Body<T>(tiles, xAt, outputs, workAt, biasAt, relu, zAt, workAt + packed, partsAt);
            LaneLoop.For<Body<T>, T>(ref body, tiles.Pieces, tiles.Grain);
            GateSweep.Join(tiles, partsAt, T.One / T.CreateTruncating(positions), means);
        }

        BlockPool.Return(scratch);
    }

    /// <summary>The weights in the order of reading, [groups, channels, 8], with zeros for outputs that there are not.</summary>
    private static void Pack<T>(int channels, int outputs, ReadOnlySpan<T> w, ReadOnlySpan<T> scale, Span<T> packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        packed.Clear();
        for (int k = 0; k < outputs; k++)
        {
            (int group, int lane) = Math.DivRem(k, ProjectionTile.Outputs);
            T by = scale.IsEmpty ? T.One : scale[k];
            for (int c = 0; c < channels; c++)
            {
                packed[(((group * channels) + c) * ProjectionTile.Outputs) + lane] = w[(k * channels) + c] * by;
            }
        }
    }

    private readonly struct Body<T>(BlockTiles tiles, T* x, int outputs, T* packed, T* bias, bool relu, T* z, T* lanes, T* parts) : ILaneBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, ILane<V, T>
        {
            for (int piece = from; piece < to; piece++)
            {
                BlockTile tile = tiles.Tile(piece);
                T* first = x + ((nint)tile.Image * tiles.Channels * tiles.Positions) + tile.Position;
                T* target = z + ((nint)tile.Image * outputs * tiles.Positions) + tile.Position;
                T* sums = lanes + ((nint)piece * tiles.Channels * ProjectionTile.Widest);
                new Span<T>(sums, tiles.Channels * V.Width).Clear();
                for (int i = 0; i < tile.Count; i += 2 * V.Width)
                {
                    for (int k = 0; k < outputs; k += ProjectionTile.Outputs)
                    {
                        var job = new ProjectionTile(tiles.Channels, tiles.Positions, Math.Min(ProjectionTile.Outputs, outputs - k), relu, tile.Count - i);
                        T* weights = packed + ((nint)k * tiles.Channels);
                        T* at = target + (k * (nint)tiles.Positions) + i;
                        if (tile.Count - i >= 2 * V.Width)
                        {
                            job.Run<V, Whole, T>(first + i, weights, bias + k, at, k == 0 ? sums : null);
                        }
                        else
                        {
                            job.Run<V, Part, T>(first + i, weights, bias + k, at, k == 0 ? sums : null);
                        }
                    }
                }

                for (int c = 0; c < tiles.Channels; c++)
                {
                    parts[((nint)piece * tiles.Channels) + c] = V.Sum(V.Load(sums + (c * V.Width)));
                }
            }
        }
    }
}

/// <summary>Two registers of positions times eight outputs, summed over all channels in registers.</summary>
internal readonly unsafe struct ProjectionTile(int channels, nint step, int outputs, bool relu, int left)
{
    public const int Outputs = 8;

    /// <summary>The most lanes that a register has.</summary>
    public const int Widest = 16;

    /// <param name="x">The first channel's numbers at the tile's positions.</param>
    /// <param name="w">[channels, 8].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="z">The first output's numbers at the positions.</param>
    /// <param name="sums">A register for each channel, to which its numbers are added; or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V, TReach, T>(T* x, T* w, T* bias, T* z, T* sums)
        where V : struct, ILane<V, T>
        where TReach : struct, IReach
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n0 = Math.Min(V.Width, left), n1 = Math.Clamp(left - V.Width, 0, V.Width);
        V a0 = V.Zero, a1 = V.Zero, a2 = V.Zero, a3 = V.Zero, a4 = V.Zero, a5 = V.Zero, a6 = V.Zero, a7 = V.Zero;
        V b0 = V.Zero, b1 = V.Zero, b2 = V.Zero, b3 = V.Zero, b4 = V.Zero, b5 = V.Zero, b6 = V.Zero, b7 = V.Zero;
        for (int c = 0; c < channels; c++, x += step, w += Outputs)
        {
            V v0 = TReach.Load<V, T>(x, n0), v1 = TReach.Load<V, T>(x + V.Width, n1);
            if (sums is not null)
            {
                // The next tile's numbers of this channel: a jump from channel to channel is too far for the hardware to foresee.
                Prefetch.ToSecondLevel(x + (2 * V.Width));
                Prefetch.ToSecondLevel(x + (3 * V.Width));
                (V.Load(sums) + (v0 + v1)).Store(sums);
                sums += V.Width;
            }

            V by = V.Broadcast(w[0]);
            a0 = V.MultiplyAdd(v0, by, a0);
            b0 = V.MultiplyAdd(v1, by, b0);
            by = V.Broadcast(w[1]);
            a1 = V.MultiplyAdd(v0, by, a1);
            b1 = V.MultiplyAdd(v1, by, b1);
            by = V.Broadcast(w[2]);
            a2 = V.MultiplyAdd(v0, by, a2);
            b2 = V.MultiplyAdd(v1, by, b2);
            by = V.Broadcast(w[3]);
            a3 = V.MultiplyAdd(v0, by, a3);
            b3 = V.MultiplyAdd(v1, by, b3);
            by = V.Broadcast(w[4]);
            a4 = V.MultiplyAdd(v0, by, a4);
            b4 = V.MultiplyAdd(v1, by, b4);
            by = V.Broadcast(w[5]);
            a5 = V.MultiplyAdd(v0, by, a5);
            b5 = V.MultiplyAdd(v1, by, b5);
            by = V.Broadcast(w[6]);
            a6 = V.MultiplyAdd(v0, by, a6);
            b6 = V.MultiplyAdd(v1, by, b6);
            by = V.Broadcast(w[7]);
            a7 = V.MultiplyAdd(v0, by, a7);
            b7 = V.MultiplyAdd(v1, by, b7);
        }

        Finish<V, TReach, T>(0, a0, b0, n0, n1, bias, z);
        Finish<V, TReach, T>(1, a1, b1, n0, n1, bias, z);
        Finish<V, TReach, T>(2, a2, b2, n0, n1, bias, z);
        Finish<V, TReach, T>(3, a3, b3, n0, n1, bias, z);
        Finish<V, TReach, T>(4, a4, b4, n0, n1, bias, z);
        Finish<V, TReach, T>(5, a5, b5, n0, n1, bias, z);
        Finish<V, TReach, T>(6, a6, b6, n0, n1, bias, z);
        Finish<V, TReach, T>(7, a7, b7, n0, n1, bias, z);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish<V, TReach, T>(int output, V a, V b, int n0, int n1, T* bias, T* z)
        where V : struct, ILane<V, T>
        where TReach : struct, IReach
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (output >= outputs)
        {
            return;
        }

        V more = V.Broadcast(bias[output]);
        a += more;
        b += more;
        TReach.Store(relu ? V.MaxFast(V.Zero, a) : a, z + (output * step), n0);
        TReach.Store(relu ? V.MaxFast(V.Zero, b) : b, z + (output * step) + V.Width, n1);
    }
}
