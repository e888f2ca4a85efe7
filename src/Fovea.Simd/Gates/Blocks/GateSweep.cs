using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// Statistics of gates that depend on each other within one read of the maps: each position's sum over the channels, and with what becomes
/// of it the channels' weighted sums over the positions. A block of positions is read across its channels and, while it is in the cache,
/// again along its positions.
/// </summary>
public static unsafe class GateSweep
{
    /// <summary>
    /// A softmax over the positions of every image and the sums that it weighs: <c>p[n, i] = softmax_i(bias + Σ_c w[c]·x[n, c, i])</c>,
    /// <c>sums[n, c] = Σ_i p[n, i]·x[n, c, i]</c>. Where all logits are −∞, both are 0.
    /// </summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane, at least 1.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="w">[channels].</param>
    /// <param name="bias">Added to every logit.</param>
    /// <param name="p">[images, positions], written.</param>
    /// <param name="sums">[images, channels], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Softmax<T>(int images, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> w, T bias, Span<T> p, Span<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "gateSweepSoftmax";
        Check(Name, images, channels, positions, x.Length, p.Length, sums.Length);
        Guard.Length(Name, "w", channels, w.Length);
        var tiles = new BlockTiles(images, channels, positions, sizeof(T));
        int parts = tiles.Pieces * channels;
        AlignedBlock scratch = BlockPool.Rent((parts + (2L * tiles.Pieces)) * sizeof(T));
        fixed (T* xAt = x, wAt = w, pAt = p, sumsAt = sums, along = scratch.AsSpan<T>(parts + (2 * tiles.Pieces)))
        {
            T* tops = along + parts;
            T* totals = tops + tiles.Pieces;
            Run<WeightedMaps, BlockExponentials<T>, T>(tiles, xAt, null, wAt, new(bias, tops, totals), pAt, null, along);
            var join = new SoftmaxJoin<T>(tiles, along, tops, totals, pAt, sumsAt);
            VectorLoop.For<SoftmaxJoin<T>, T>(ref join, images, VectorLoop.Grain(positions + (2L * parts / Math.Max(1, images))));
        }

        BlockPool.Return(scratch);
    }

    /// <summary>
    /// The backward of <see cref="Softmax"/>, for the gradients <paramref name="dSums"/>:
    /// <c>dz[n, i] = p[n, i]·(Σ_c dsums[n, c]·x[n, c, i] − m[n])</c> with <c>m = Σ_c dsums·sums</c>, and <c>dw[n, c] = Σ_i dz[n, i]·x[n, c, i]</c>,
    /// each image's part of the weight's gradient. The gradient of x is <c>dsums[n, c]·p[n, i] + w[c]·dz[n, i]</c>.
    /// </summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane, at least 1.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="p">[images, positions]: the weights.</param>
    /// <param name="sums">[images, channels]: the weighted sums.</param>
    /// <param name="dSums">[images, channels]: their gradients.</param>
    /// <param name="dz">[images, positions], written: the logits' gradients.</param>
    /// <param name="dw">[images, channels], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void SoftmaxBackward<T>(
        int images, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> p, ReadOnlySpan<T> sums, ReadOnlySpan<T> dSums,
        Span<T> dz, Span<T> dw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "gateSweepSoftmaxBackward";
        Check(Name, images, channels, positions, x.Length, p.Length, sums.Length);
        Check(Name, images, channels, positions, x.Length, dz.Length, dSums.Length);
        Guard.Length(Name, "dw", sums.Length, dw.Length);
        var tiles = new BlockTiles(images, channels, positions, sizeof(T));
        int parts = tiles.Pieces * channels;
        AlignedBlock scratch = BlockPool.Rent(((long)parts + images) * sizeof(T));
        fixed (T* xAt = x, pAt = p, dSumsAt = dSums, dzAt = dz, along = scratch.AsSpan<T>(parts + images))
        {
            T* means = along + parts;
            PlanePool.Dot(images, channels, sums, dSums, new Span<T>(means, images));
            Run<WeightedMaps, SoftmaxGradient<T>, T>(tiles, xAt, null, dSumsAt, new(pAt, means), dzAt, null, along, ownWeights: true);
            Join(tiles, along, T.One, dw);
        }

        BlockPool.Return(scratch);
    }

    /// <summary>
    /// A gate for each position, <c>b[n, i] = σ(bias + Σ_c w[c]·x[n, c, i])</c>, and the means <c>means[n, c] = Σ_i x[n, c, i] / positions</c>.
    /// </summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane, at least 1.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="w">[channels].</param>
    /// <param name="bias">Added to every logit.</param>
    /// <param name="b">[images, positions], written.</param>
    /// <param name="means">[images, channels], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Gate<T>(int images, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> w, T bias, Span<T> b, Span<T> means)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "gateSweepGate";
        Check(Name, images, channels, positions, x.Length, b.Length, means.Length);
        Guard.Length(Name, "w", channels, w.Length);
        var tiles = new BlockTiles(images, channels, positions, sizeof(T));
        int parts = tiles.Pieces * channels;
        AlignedBlock scratch = BlockPool.Rent((long)parts * sizeof(T));
        fixed (T* xAt = x, wAt = w, bAt = b, across = scratch.AsSpan<T>(parts))
        {
            Run<SummedMaps, SigmoidGate<T>, T>(tiles, xAt, null, wAt, new(bias), bAt, across, null);
            Join(tiles, across, T.One / T.CreateTruncating(positions), means);
        }

        BlockPool.Return(scratch);
    }

    /// <summary>
    /// The backward of <c>y = x·(a + b)</c> and <see cref="Gate"/>: <c>da[n, c] = Σ_i x·dy</c>,
    /// <c>dz[n, i] = b·(1 − b)·Σ_c x·dy</c> and <c>dw[n, c] = Σ_i dz[n, i]·x[n, c, i]</c>, each image's part of the weight's gradient.
    /// </summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane, at least 1.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="dy">As x.</param>
    /// <param name="b">[images, positions]: the gates.</param>
    /// <param name="da">[images, channels], written.</param>
    /// <param name="dz">[images, positions], written: the logits' gradients.</param>
    /// <param name="dw">[images, channels], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void GateBackward<T>(
        int images, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> b, Span<T> da, Span<T> dz, Span<T> dw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "gateSweepGateBackward";
        Check(Name, images, channels, positions, x.Length, b.Length, da.Length);
        Check(Name, images, channels, positions, dy.Length, dz.Length, dw.Length);
        var tiles = new BlockTiles(images, channels, positions, 2 * sizeof(T));
        int parts = tiles.Pieces * channels;
        AlignedBlock scratch = BlockPool.Rent(2L * parts * sizeof(T));
        fixed (T* xAt = x, dyAt = dy, bAt = b, dzAt = dz, across = scratch.AsSpan<T>(2 * parts))
        {
            Run<SummedProducts, SigmoidGradient<T>, T>(tiles, xAt, dyAt, null, new(bAt), dzAt, across, across + parts);
            Join(tiles, across, T.One, da);
            Join(tiles, across + parts, T.One, dw);
        }

        BlockPool.Return(scratch);
    }

    private static void Check(string name, int images, int channels, int positions, int x, int ofPositions, int ofChannels)
    {
        if (positions < 1)
        {
            Guard.Fail(name, $"expected planes of at least one position, got {positions}");
        }

        Guard.Length(name, "x", (long)images * channels * positions, x);
        Guard.Length(name, "the positions' numbers", (long)images * positions, ofPositions);
        Guard.Length(name, "the channels' numbers", (long)images * channels, ofChannels);
    }

    private static void Run<TSource, TWeights, T>(
        in BlockTiles tiles, T* x, T* dy, T* w, in TWeights weights, T* z, T* across, T* along, bool ownWeights = false)
        where TSource : struct, IBlockSource
        where TWeights : unmanaged, IBlockWeights<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var body = new Body<TSource, TWeights, T>(tiles, x, dy, w, ownWeights ? tiles.Channels : 0, weights, z, across, along);
        VectorLoop.For<Body<TSource, TWeights, T>, T>(ref body, tiles.Pieces, tiles.Grain);
    }

    /// <summary><c>to[n, c] = factor · Σ_blocks parts[n, block, c]</c>.</summary>
    internal static void Join<T>(in BlockTiles tiles, T* parts, T factor, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int image = 0; image < tiles.Images; image++)
        {
            T* first = parts + ((nint)image * tiles.Blocks * tiles.Channels);
            for (int c = 0; c < tiles.Channels; c++)
            {
                T sum = first[c];
                for (int block = 1; block < tiles.Blocks; block++)
                {
                    sum += first[((nint)block * tiles.Channels) + c];
                }

                to[(image * tiles.Channels) + c] = sum * factor;
            }
        }
    }

    private readonly struct Body<TSource, TWeights, T>(
        BlockTiles tiles, T* x, T* dy, T* w, int weightStep, TWeights weights, T* z, T* across, T* along) : IVectorBody<T>
        where TSource : struct, IBlockSource
        where TWeights : unmanaged, IBlockWeights<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int piece = from; piece < to; piece++)
            {
                BlockTile tile = tiles.Tile(piece);
                nint at = ((nint)tile.Image * tiles.Positions) + tile.Position;
                nint first = ((nint)tile.Image * tiles.Channels * tiles.Positions) + tile.Position;
                nint part = (nint)piece * tiles.Channels;
                var sums = new BlockSums<V, T>(tiles.Positions, tiles.Channels, tile.Count);
                new Span<T>(z + at, tile.Count).Fill(weights.Start);
                sums.Across<TSource>(x + first, dy + first, w is null ? null : w + (tile.Image * (nint)weightStep), z + at, across + part);
                weights.Apply<V>(piece, tile.Image, at, tile.Count, z + at);
                if (TWeights.Weighs)
                {
                    sums.Along(x + first, z + at, along + part);
                }
            }
        }
    }

    /// <summary>Puts the blocks' softmaxes right: each has a maximum of its own, and none is divided by the whole sum yet.</summary>
    private readonly struct SoftmaxJoin<T>(BlockTiles tiles, T* along, T* tops, T* totals, T* p, T* sums) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int image = from; image < to; image++)
            {
                int first = image * tiles.Blocks;
                T* factors = totals + first;
                Factors(tops + first, factors);
                for (int block = 0; block < tiles.Blocks; block++)
                {
                    T* at = p + ((nint)image * tiles.Positions) + (block * tiles.Length);
                    int count = Math.Min(tiles.Length, tiles.Positions - (block * tiles.Length));
                    V factor = V.Broadcast(factors[block]);
                    for (int i = 0; i < count; i += V.Width)
                    {
                        int n = Math.Min(V.Width, count - i);
                        (V.LoadPartial(at + i, n) * factor).StorePartial(at + i, n);
                    }
                }

                for (int c = 0; c < tiles.Channels; c += V.Width)
                {
                    int n = Math.Min(V.Width, tiles.Channels - c);
                    V sum = V.Zero;
                    for (int block = 0; block < tiles.Blocks; block++)
                    {
                        sum = V.MultiplyAdd(V.LoadPartial(along + ((nint)(first + block) * tiles.Channels) + c, n), V.Broadcast(factors[block]), sum);
                    }

                    sum.StorePartial(sums + ((nint)image * tiles.Channels) + c, n);
                }
            }
        }

        /// <summary>Of the blocks' maxima and sums, by what each block's weights are to be multiplied.</summary>
        private void Factors(T* top, T* total)
        {
            T most = top[0];
            for (int block = 1; block < tiles.Blocks; block++)
            {
                most = T.Max(most, top[block]);
            }

            T sum = T.Zero;
            for (int block = 0; block < tiles.Blocks; block++)
            {
                top[block] = T.IsNegativeInfinity(top[block]) ? T.Zero : T.Exp(top[block] - most);
                sum += top[block] * total[block];
            }

            for (int block = 0; block < tiles.Blocks; block++)
            {
                total[block] = sum == T.Zero ? T.Zero : top[block] / sum;
            }
        }
    }
}
