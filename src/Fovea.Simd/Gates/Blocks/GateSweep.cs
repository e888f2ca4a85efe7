using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Sweeps;
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
        SweepTiles tiles = SweepTiles.Blocks(images, channels, positions, sizeof(T));
        int parts = tiles.Pieces * channels;
        AlignedBlock scratch = BlockPool.Rent((parts + (2L * tiles.Pieces)) * sizeof(T));
        fixed (T* xAt = x, wAt = w, pAt = p, sumsAt = sums, along = scratch.AsSpan<T>(parts + (2 * tiles.Pieces)))
        {
            T* tops = along + parts;
            T* totals = tops + tiles.Pieces;
            var maps = new Sweep<T>(tiles) { X = xAt, W = wAt, Positions = pAt };
            Run<WeighedByChannel, BlockExponentials<T>, T>(maps, new(bias, tops, totals), along);
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
        SweepTiles tiles = SweepTiles.Blocks(images, channels, positions, sizeof(T));
        int parts = tiles.Pieces * channels;
        AlignedBlock scratch = BlockPool.Rent(((long)parts + images) * sizeof(T));
        fixed (T* xAt = x, pAt = p, dSumsAt = dSums, dzAt = dz, dwAt = dw, along = scratch.AsSpan<T>(parts + images))
        {
            T* means = along + parts;
            PlanePool.Dot(images, channels, sums, dSums, new Span<T>(means, images));
            var maps = new Sweep<T>(tiles) { X = xAt, A = dSumsAt, Positions = dzAt };
            Run<WeighedByPlane, SoftmaxGradient<T>, T>(maps, new(pAt, means), along);
            SweepJoin.Strips(tiles, along, 1, dwAt);
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
        SweepTiles tiles = SweepTiles.Blocks(images, channels, positions, sizeof(T));
        int parts = tiles.Pieces * channels;
        AlignedBlock scratch = BlockPool.Rent((long)parts * sizeof(T));
        fixed (T* xAt = x, wAt = w, bAt = b, meansAt = means, across = scratch.AsSpan<T>(parts))
        {
            var maps = new Sweep<T>(tiles) { X = xAt, W = wAt, Positions = bAt, Planes = across };
            Run<WeighedAndSummed, SigmoidGate<T>, T>(maps, new(bias), null);
            SweepJoin.Strips(tiles, across, 1.0 / positions, meansAt);
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
        SweepTiles tiles = SweepTiles.Blocks(images, channels, positions, 2 * sizeof(T));
        int parts = tiles.Pieces * channels;
        AlignedBlock scratch = BlockPool.Rent(2L * parts * sizeof(T));
        fixed (T* xAt = x, dyAt = dy, bAt = b, daAt = da, dzAt = dz, dwAt = dw, across = scratch.AsSpan<T>(2 * parts))
        {
            var maps = new Sweep<T>(tiles) { X = xAt, G = dyAt, Positions = dzAt, Planes = across };
            Run<SummedProducts, SigmoidGradient<T>, T>(maps, new(bAt), across + parts);
            SweepJoin.Strips(tiles, across, 1, daAt);
            SweepJoin.Strips(tiles, across + parts, 1, dwAt);
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

    /// <summary>Reads each block across its channels, makes weights of the positions' sums, and reads it along its positions if they weigh.</summary>
    /// <param name="maps">The first reading, whose positions' sums become the weights in their place.</param>
    /// <param name="weights">What becomes of them.</param>
    /// <param name="along">The channels' weighted sums, one for each block.</param>
    private static void Run<TAcross, TWeights, T>(Sweep<T> maps, in TWeights weights, T* along)
        where TAcross : struct, ISweepBody
        where TWeights : unmanaged, IBlockWeights<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        maps.PositionStart = weights.Start;
        var weighed = new Sweep<T>(maps.Tiles) { X = maps.X, P = maps.Positions, Planes = along };
        var body = new Body<TAcross, TWeights, T>(maps, weights, weighed);
        VectorLoop.For<Body<TAcross, TWeights, T>, T>(ref body, maps.Tiles.Pieces, maps.Tiles.Grain);
    }

    private readonly struct Body<TAcross, TWeights, T>(Sweep<T> across, TWeights weights, Sweep<T> along) : IVectorBody<T>
        where TAcross : struct, ISweepBody
        where TWeights : unmanaged, IBlockWeights<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Sweep<T> _across = across;
        private readonly Sweep<T> _along = along;

        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int piece = from; piece < to; piece++)
            {
                SweepTile tile = _across.Tiles.Tile(piece);
                nint at = ((nint)tile.Image * _across.Tiles.Positions) + tile.Position;
                ChannelLoop<TAcross, NoStore, NoEpilogue, V, T>.Run(_across, tile);
                var z = new Sweep<T>(_across.Tiles) { X = _across.Positions + at, Y = _across.Positions + at };
                weights.Apply<V>(piece, tile.Image, at, z, SweepTile.Plane(tile.PositionCount));
                if (TWeights.Weighs)
                {
                    ChannelLoop<WeighedByPosition, NoStore, NoEpilogue, V, T>.Run(_along, tile);
                }
            }
        }
    }

    /// <summary>Puts the blocks' softmaxes right: each has a maximum of its own, and none is divided by the whole sum yet.</summary>
    private readonly struct SoftmaxJoin<T>(SweepTiles tiles, T* along, T* tops, T* totals, T* p, T* sums) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int image = from; image < to; image++)
            {
                int first = image * tiles.Strips;
                T* factors = totals + first;
                Factors(tops + first, factors);
                for (int block = 0; block < tiles.Strips; block++)
                {
                    T* at = p + ((nint)image * tiles.Positions) + (block * tiles.StripLength);
                    int count = Math.Min(tiles.StripLength, tiles.Positions - (block * tiles.StripLength));
                    V factor = V.Broadcast(factors[block]);
                    for (int i = 0; i < count; i += V.Width)
                    {
                        int n = Math.Min(V.Width, count - i);
                        (V.LoadPartial(at + i, n) * factor).StorePartial(at + i, n);
                    }
                }

                for (int c = 0; c < tiles.Channels; c++)
                {
                    T* parts = along + ((((nint)image * tiles.Channels) + c) * tiles.Strips);
                    T sum = T.Zero;
                    for (int block = 0; block < tiles.Strips; block++)
                    {
                        sum += parts[block] * factors[block];
                    }

                    sums[((nint)image * tiles.Channels) + c] = sum;
                }
            }
        }

        /// <summary>Of the blocks' maxima and sums, by what each block's weights are to be multiplied.</summary>
        private void Factors(T* top, T* total)
        {
            T most = top[0];
            for (int block = 1; block < tiles.Strips; block++)
            {
                most = T.Max(most, top[block]);
            }

            T sum = T.Zero;
            for (int block = 0; block < tiles.Strips; block++)
            {
                top[block] = T.IsNegativeInfinity(top[block]) ? T.Zero : T.Exp(top[block] - most);
                sum += top[block] * total[block];
            }

            for (int block = 0; block < tiles.Strips; block++)
            {
                total[block] = sum == T.Zero ? T.Zero : top[block] / sum;
            }
        }
    }
}
