using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// What spatial gates need of every position: mean and maximum over the channels, in one read, of planes that a channel gate may scale on
/// the way without the scaled planes ever being written.
/// </summary>
public static unsafe class PositionPool
{
    /// <summary>
    /// <c>mean[n, i] = Σ_c u[n, c, i] / channels</c> and <c>max[n, i] = max_c u[n, c, i]</c> with <c>u = x · scale[n, c]</c>. NaN wins over
    /// every number.
    /// </summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image, at least 1 and at most 2²⁴.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="x">[images, channels, positions].</param>
    /// <param name="scale">[images, channels], or empty for 1.</param>
    /// <param name="pooled">[images, 2, positions], written: two planes an image.</param>
    /// <param name="meanFirst">Whether the mean is the first of the two planes, or the maximum.</param>
    /// <param name="places">[images, positions], written: the first channel that has the maximum, as a number; or empty.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void MeanMax<T>(
        int images, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> scale, Span<T> pooled, bool meanFirst, Span<T> places)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "positionMeanMax";
        Guard.Length(Name, "x", (long)images * channels * positions, x.Length);
        Guard.LengthOrEmpty(Name, "scale", (long)images * channels, scale.Length);
        Guard.Length(Name, "pooled", 2L * images * positions, pooled.Length);
        Guard.LengthOrEmpty(Name, "places", (long)images * positions, places.Length);
        if (channels is < 1 or > 1 << 24)
        {
            Guard.Fail(Name, $"expected 1 to 2²⁴ channels, got {channels}");
        }

        var tiles = new GateTiles(images, channels, positions);
        int parts = images * tiles.Slices * positions;
        AlignedBlock scratch = BlockPool.Rent(3L * parts * sizeof(T));
        fixed (T* xAt = x, scaleAt = scale, pooledAt = pooled, placesAt = places, partial = scratch.AsSpan<T>(3 * parts))
        {
            var read = new Body<T>(tiles, xAt, scaleAt, partial, partial + parts, placesAt is null ? null : partial + (2 * (nint)parts));
            VectorLoop.For<Body<T>, T>(ref read, tiles.Pieces, tiles.Grain);
            var join = new JoinBody<T>(tiles, xAt, scaleAt, partial, parts, pooledAt, meanFirst, placesAt);
            VectorLoop.For<JoinBody<T>, T>(ref join, images, VectorLoop.Grain(4L * tiles.Slices * positions));
        }

        BlockPool.Return(scratch);
    }

    /// <summary>Sums and maxima of one slice of channels at one strip of positions.</summary>
    private readonly struct Body<T>(GateTiles tiles, T* x, T* scale, T* sums, T* tops, T* places) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int piece = from; piece < to; piece++)
            {
                GateTile tile = tiles.Tile(piece);
                nint plane = ((nint)tile.Image * tiles.Channels) + tile.Channel;
                nint part = ((((nint)tile.Image * tiles.Slices) + tile.Slice) * tiles.Positions) + tile.Position;
                T* from0 = x + (plane * tiles.Positions) + tile.Position;
                T* s = scale is null ? null : scale + plane;
                if (places is null)
                {
                    Values<V>(tile, from0, s, sums + part, tops + part);
                }
                else
                {
                    Places<V>(tile, from0, s, sums + part, tops + part, places + part);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Values<V>(in GateTile tile, T* at, T* s, T* sum, T* top)
            where V : struct, IVector<V, T>
        {
            int count = tile.PositionCount;
            int whole = count - (count % V.Width);
            for (int c = 0; c < tile.ChannelCount; c += 4, at += 4 * (nint)tiles.Positions)
            {
                var rows = new ChannelQuad<V, T>(at, tiles.Positions, s is null ? null : s + c, tile.ChannelCount - c);
                for (int i = 0; i < whole; i += V.Width)
                {
                    Value<V, FullVector>(rows, i, 0, c > 0, sum, top);
                }

                if (whole < count)
                {
                    Value<V, PartialVector>(rows, whole, count - whole, c > 0, sum, top);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Value<V, TTail>(in ChannelQuad<V, T> rows, int i, int n, bool joins, T* sum, T* top)
            where V : struct, IVector<V, T>
            where TTail : struct, ITail
        {
            rows.Load<TTail>(i, n, out V v0, out V v1, out V v2, out V v3);
            V most = V.MaxFast(V.MaxFast(v0, v1), V.MaxFast(v2, v3));
            V total = rows.Sum(v0, v1, v2, v3);
            if (joins)
            {
                total += TTail.Load<V, T>(sum + i, n);
                most = V.MaxFast(TTail.Load<V, T>(top + i, n), most);
            }

            TTail.Store(total, sum + i, n);
            TTail.Store(most, top + i, n);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Places<V>(in GateTile tile, T* at, T* s, T* sum, T* top, T* place)
            where V : struct, IVector<V, T>
        {
            int count = tile.PositionCount;
            int whole = count - (count % V.Width);
            for (int c = 0; c < tile.ChannelCount; c += 4, at += 4 * (nint)tiles.Positions)
            {
                var rows = new ChannelQuad<V, T>(at, tiles.Positions, s is null ? null : s + c, tile.ChannelCount - c);
                V channel = V.Broadcast(T.CreateTruncating(tile.Channel + c));
                for (int i = 0; i < whole; i += V.Width)
                {
                    Place<V, FullVector>(rows, channel, i, 0, c > 0, sum, top, place);
                }

                if (whole < count)
                {
                    Place<V, PartialVector>(rows, channel, whole, count - whole, c > 0, sum, top, place);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Place<V, TTail>(in ChannelQuad<V, T> rows, V channel, int i, int n, bool joins, T* sum, T* top, T* place)
            where V : struct, IVector<V, T>
            where TTail : struct, ITail
        {
            rows.Load<TTail>(i, n, out V v0, out V v1, out V v2, out V v3);

            // Of equals the first stays, so a repeated channel never takes the place.
            V one = V.Broadcast(T.One);
            V upper = V.Select(V.GreaterThan(v1, v0), one, V.Zero);
            V lower = V.Select(V.GreaterThan(v3, v2), one + one + one, one + one);
            V m0 = V.MaxFast(v0, v1);
            V m1 = V.MaxFast(v2, v3);
            V where = V.Select(V.GreaterThan(m1, m0), lower, upper) + channel;
            V most = V.MaxFast(m0, m1);
            V total = rows.Sum(v0, v1, v2, v3);
            if (joins)
            {
                total += TTail.Load<V, T>(sum + i, n);
                V best = TTail.Load<V, T>(top + i, n);
                where = V.Select(V.GreaterThan(most, best), where, TTail.Load<V, T>(place + i, n));
                most = V.MaxFast(best, most);
            }

            TTail.Store(total, sum + i, n);
            TTail.Store(most, top + i, n);
            TTail.Store(where, place + i, n);
        }
    }

    /// <summary>Puts the slices together in their order, image by image.</summary>
    private readonly struct JoinBody<T>(
        GateTiles tiles, T* x, T* scale, T* partial, nint parts, T* pooled, bool meanFirst, T* places) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            int positions = tiles.Positions;
            V share = V.Broadcast(T.One / T.CreateTruncating(tiles.Channels));
            for (int image = from; image < to; image++)
            {
                T* first = partial + ((nint)image * tiles.Slices * positions);
                T* mean = pooled + ((((nint)image * 2) + (meanFirst ? 0 : 1)) * positions);
                T* max = pooled + ((((nint)image * 2) + (meanFirst ? 1 : 0)) * positions);
                T* place = places is null ? null : places + ((nint)image * positions);
                for (int i = 0; i < positions; i += V.Width)
                {
                    int n = Math.Min(V.Width, positions - i);
                    T* at = first + i;
                    V sum = V.LoadPartial(at, n);
                    V top = V.LoadPartial(at + parts, n);
                    V where = place is null ? V.Zero : V.LoadPartial(at + (2 * parts), n);
                    for (int slice = 1; slice < tiles.Slices; slice++)
                    {
                        at += positions;
                        sum += V.LoadPartial(at, n);
                        V next = V.LoadPartial(at + parts, n);
                        if (place is not null)
                        {
                            where = V.Select(V.GreaterThan(next, top), V.LoadPartial(at + (2 * parts), n), where);
                        }

                        top = V.MaxFast(top, next);
                    }

                    (sum * share).StorePartial(mean + i, n);
                    top.StorePartial(max + i, n);
                    if (place is not null)
                    {
                        where.StorePartial(place + i, n);
                    }

                    // The fast maximum can lose a NaN; the sum can not.
                    if (V.SetLanes(V.Equal(sum, sum)) != V.SetLanes(V.Equal(V.Zero, V.Zero)))
                    {
                        Careful(image, i, n, max, place);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void Careful(int image, int position, int count, T* max, T* place)
        {
            for (int i = position; i < position + count; i++)
            {
                T best = T.NegativeInfinity;
                int where = 0;
                for (int c = 0; c < tiles.Channels && !T.IsNaN(best); c++)
                {
                    nint plane = ((nint)image * tiles.Channels) + c;
                    T value = x[(plane * tiles.Positions) + i] * (scale is null ? T.One : scale[plane]);
                    if (value > best || T.IsNaN(value))
                    {
                        best = value;
                        where = c;
                    }
                }

                max[i] = best;
                if (place is not null)
                {
                    place[i] = T.CreateTruncating(where);
                }
            }
        }
    }
}
