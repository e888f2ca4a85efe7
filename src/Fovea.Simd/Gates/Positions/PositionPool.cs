using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Sweeps;
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

        SweepTiles tiles = SweepTiles.SlicesAndStrips(images, channels, positions);
        int parts = images * tiles.Slices * positions;
        AlignedBlock scratch = BlockPool.Rent(3L * parts * sizeof(T));
        fixed (T* xAt = x, scaleAt = scale, pooledAt = pooled, placesAt = places, partial = scratch.AsSpan<T>(3 * parts))
        {
            var sweep = new Sweep<T>(tiles)
            {
                X = xAt,
                A = scaleAt,
                Positions = partial,
                PositionTops = partial + parts,
                Places = partial + (2 * (nint)parts),
            };
            if (placesAt is null)
            {
                sweep.Sum<SumTop>();
            }
            else
            {
                sweep.Sum<SumTopPlace>();
            }

            var join = new JoinBody<T>(tiles, xAt, scaleAt, partial, parts, pooledAt, meanFirst, placesAt);
            VectorLoop.For<JoinBody<T>, T>(ref join, images, VectorLoop.Grain(4L * tiles.Slices * positions));
        }

        BlockPool.Return(scratch);
    }

    /// <summary>Sums and maxima of the channels of a slice.</summary>
    private readonly struct SumTop : IReadsX, IReadsA, ISumsPositions, ISumsPositionTops
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
        {
            V u = o.X * o.A;
            s.Position += u;
            s.PositionTop = V.MaxFast(s.PositionTop, u);
            return u;
        }
    }

    /// <summary>With the first channel that has the maximum: of equals the first stays.</summary>
    private readonly struct SumTopPlace : IReadsX, IReadsA, IReadsIndex, ISumsPositions, ISumsPositionTops, ISumsPlaces
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
        {
            V u = o.X * o.A;
            s.Position += u;
            s.Place = V.Select(V.GreaterThan(u, s.PositionTop), o.Index, s.Place);
            s.PositionTop = V.MaxFast(s.PositionTop, u);
            return u;
        }
    }

    /// <summary>Puts the slices together in their order, image by image.</summary>
    private readonly struct JoinBody<T>(
        SweepTiles tiles, T* x, T* scale, T* partial, nint parts, T* pooled, bool meanFirst, T* places) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
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
