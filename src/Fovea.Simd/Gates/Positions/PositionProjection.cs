using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Sweeps;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// A 1×1 convolution to few channels and the planes' means, in one read of the maps: what gates with a branch for the channels and one
/// for the positions begin with.
/// </summary>
public static unsafe class PositionProjection
{
    /// <summary>
    /// <c>z[n, k, i] = bias[k] + scale[k]·Σ_c w[k, c]·x[n, c, i]</c>, rectified if wanted, and <c>means[n, c] = Σ_i x[n, c, i] / positions</c>.
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
        SweepTiles tiles = SweepTiles.Blocks(images, channels, positions, sizeof(T));
        int packed = Packed(channels, outputs);
        int lanes = tiles.Pieces * channels * ProjectionTile.Widest;
        int parts = tiles.Pieces * channels;
        AlignedBlock scratch = BlockPool.Rent(((long)packed + lanes + parts) * sizeof(T));
        Span<T> work = scratch.AsSpan<T>(packed + lanes + parts);
        Pack(channels, outputs, w, channels, 1, scale, work[..packed]);
        fixed (T* xAt = x, biasAt = bias, zAt = z, meansAt = means, workAt = work)
        {
            T* partsAt = workAt + packed + lanes;
            ProjectionEnd end = relu ? ProjectionEnd.Relu : ProjectionEnd.Write;
            var body = new Body<T>(tiles, xAt, outputs, workAt, biasAt, 0, end, zAt, workAt + packed, partsAt);
            VectorLoop.For<Body<T>, T>(ref body, tiles.Pieces, tiles.Grain);
            SweepJoin.Strips(tiles, partsAt, 1.0 / positions, meansAt);
        }

        BlockPool.Return(scratch);
    }

    /// <summary>
    /// The gradient of <see cref="Run"/> without scale and rectifier by x, added to what is there:
    /// <c>dx[n, c, i] += Σ_k w[k, c]·dz[n, k, i] + shift[n, c]</c>, the shift being the mean's part.
    /// </summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image of x.</param>
    /// <param name="positions">Positions of a plane, at least 1.</param>
    /// <param name="outputs">Channels of z.</param>
    /// <param name="w">[outputs, channels].</param>
    /// <param name="dz">[images, outputs, positions].</param>
    /// <param name="shift">[images, channels].</param>
    /// <param name="dx">[images, channels, positions], added to.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void AddBackward<T>(
        int images, int channels, int positions, int outputs, ReadOnlySpan<T> w, ReadOnlySpan<T> dz, ReadOnlySpan<T> shift, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "positionProjectionBackward";
        Guard.Length(Name, "w", (long)outputs * channels, w.Length);
        Guard.Length(Name, "dz", (long)images * outputs * positions, dz.Length);
        Guard.Length(Name, "shift", (long)images * channels, shift.Length);
        Guard.Length(Name, "dx", (long)images * channels * positions, dx.Length);
        SweepTiles whole = SweepTiles.Blocks(images, channels, positions, sizeof(T));
        SweepTiles tiles = whole.With(outputs);
        int packed = Packed(outputs, channels);
        AlignedBlock scratch = BlockPool.Rent((long)packed * sizeof(T));
        Span<T> work = scratch.AsSpan<T>(packed);
        Pack(outputs, channels, w, 1, channels, default, work);
        fixed (T* dzAt = dz, shiftAt = shift, dxAt = dx, workAt = work)
        {
            var body = new Body<T>(tiles, dzAt, channels, workAt, shiftAt, channels, ProjectionEnd.Add, dxAt, null, null);
            VectorLoop.For<Body<T>, T>(ref body, tiles.Pieces, whole.Grain);
        }

        BlockPool.Return(scratch);
    }

    private static int Packed(int channels, int outputs) =>
        (outputs + ProjectionTile.Outputs - 1) / ProjectionTile.Outputs * channels * ProjectionTile.Outputs;

    /// <summary>The weights in the order of reading, [groups, channels, 8], with zeros for outputs that there are not.</summary>
    private static void Pack<T>(
        int channels, int outputs, ReadOnlySpan<T> w, int outputStep, int channelStep, ReadOnlySpan<T> scale, Span<T> packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        packed.Clear();
        for (int k = 0; k < outputs; k++)
        {
            (int group, int lane) = Math.DivRem(k, ProjectionTile.Outputs);
            T by = scale.IsEmpty ? T.One : scale[k];
            for (int c = 0; c < channels; c++)
            {
                packed[(((group * channels) + c) * ProjectionTile.Outputs) + lane] = w[(k * outputStep) + (c * channelStep)] * by;
            }
        }
    }

    private readonly struct Body<T>(
        SweepTiles tiles, T* x, int outputs, T* packed, T* bias, int biasStep, ProjectionEnd end, T* z, T* lanes, T* parts) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int piece = from; piece < to; piece++)
            {
                SweepTile tile = tiles.Tile(piece);
                T* first = x + ((nint)tile.Image * tiles.Channels * tiles.Positions) + tile.Position;
                T* target = z + ((nint)tile.Image * outputs * tiles.Positions) + tile.Position;
                T* biases = bias + ((nint)tile.Image * biasStep);
                T* sums = lanes is null ? null : lanes + ((nint)piece * tiles.Channels * ProjectionTile.Widest);
                if (sums is not null)
                {
                    new Span<T>(sums, tiles.Channels * V.Width).Clear();
                }

                for (int i = 0; i < tile.PositionCount; i += 2 * V.Width)
                {
                    for (int k = 0; k < outputs; k += ProjectionTile.Outputs)
                    {
                        var job = new ProjectionTile(tiles.Channels, tiles.Positions, Math.Min(ProjectionTile.Outputs, outputs - k), end, tile.PositionCount - i);
                        T* weights = packed + ((nint)k * tiles.Channels);
                        T* at = target + (k * (nint)tiles.Positions) + i;
                        if (tile.PositionCount - i >= 2 * V.Width)
                        {
                            job.Run<V, FullVector, T>(first + i, weights, biases + k, at, k == 0 ? sums : null);
                        }
                        else
                        {
                            job.Run<V, PartialVector, T>(first + i, weights, biases + k, at, k == 0 ? sums : null);
                        }
                    }
                }

                for (int c = 0; c < tiles.Channels && sums is not null; c++)
                {
                    parts[((((nint)tile.Image * tiles.Channels) + c) * tiles.Strips) + tile.Strip] = V.Sum(V.Load(sums + (c * V.Width)));
                }
            }
        }
    }
}
