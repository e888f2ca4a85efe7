using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>What channel gates need of every plane: its mean, its maximum, or its product with another plane, in one read.</summary>
/// <remarks>
/// Sums are taken in four registers whose lanes see at most 64 numbers each, and put together in double: the error stays near one
/// rounding whatever the length, and the order depends on the length and the register width only.
/// </remarks>
public static unsafe class PlanePool
{
    private const int NumbersPerLane = PlaneSums.NumbersPerLane;

    /// <summary><c>mean[p] = Σ_i x[p, i] / positions</c>.</summary>
    /// <param name="planes">Number of planes.</param>
    /// <param name="positions">Numbers in a plane, at least 1.</param>
    /// <param name="x">[planes, positions].</param>
    /// <param name="mean">[planes], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Mean<T>(int planes, int positions, ReadOnlySpan<T> x, Span<T> mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Sums("planeMean", planes, positions, x, default, mean, 1.0 / positions);

    /// <summary><c>sum[p] = Σ_i x[p, i]</c>.</summary>
    /// <param name="planes">Number of planes.</param>
    /// <param name="positions">Numbers in a plane, at least 1.</param>
    /// <param name="x">[planes, positions].</param>
    /// <param name="sum">[planes], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Sum<T>(int planes, int positions, ReadOnlySpan<T> x, Span<T> sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Sums("planeSum", planes, positions, x, default, sum, 1);

    /// <summary><c>dot[p] = Σ_i x[p, i] · y[p, i]</c>.</summary>
    /// <param name="planes">Number of planes.</param>
    /// <param name="positions">Numbers in a plane, at least 1.</param>
    /// <param name="x">[planes, positions].</param>
    /// <param name="y">[planes, positions].</param>
    /// <param name="dot">[planes], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Dot<T>(int planes, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dot)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("planeDot", "y", x.Length, y.Length);
        Sums("planeDot", planes, positions, x, y, dot, 1);
    }

    /// <summary>The mean and the maximum of every plane, with the maximum's first place if wanted. NaN wins over every number.</summary>
    /// <param name="planes">Number of planes.</param>
    /// <param name="positions">Numbers in a plane, at least 1.</param>
    /// <param name="x">[planes, positions].</param>
    /// <param name="mean">[planes], written.</param>
    /// <param name="max">[planes], written.</param>
    /// <param name="places">[planes], written: where in its plane the maximum is; or empty.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void MeanMax<T>(int planes, int positions, ReadOnlySpan<T> x, Span<T> mean, Span<T> max, Span<int> places)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "planeMeanMax";
        Check(Name, planes, positions, x.Length);
        Guard.Length(Name, "mean", planes, mean.Length);
        Guard.Length(Name, "max", planes, max.Length);
        Guard.LengthOrEmpty(Name, "places", planes, places.Length);
        fixed (T* xAt = x, meanAt = mean, maxAt = max)
        fixed (int* placesAt = places)
        {
            var body = new MeanMaxBody<T>(positions, xAt, meanAt, maxAt, placesAt);
            VectorLoop.For<MeanMaxBody<T>, T>(ref body, planes, PlanePartition.Grain(planes, positions));
        }
    }

    private static void Sums<T>(string name, int planes, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> to, double factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(name, planes, positions, x.Length);
        Guard.Length(name, "result", planes, to.Length);
        fixed (T* xAt = x, yAt = y, toAt = to)
        {
            var body = new SumBody<T>(positions, xAt, yAt, toAt, factor);
            VectorLoop.For<SumBody<T>, T>(ref body, planes, PlanePartition.Grain(planes, positions));
        }
    }

    private static void Check(string name, int planes, int positions, int length)
    {
        if (positions < 1)
        {
            Guard.Fail(name, $"expected planes of at least one position, got {positions}");
        }

        Guard.Length(name, "x", (long)planes * positions, length);
    }

    private readonly struct SumBody<T>(int positions, T* x, T* y, T* to, double factor) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to1)
            where V : struct, IVector<V, T>
        {
            for (int plane = from; plane < to1; plane++)
            {
                nint at = (nint)plane * positions;
                to[plane] = T.CreateTruncating(factor * (y is null ? PlaneSums.Sum<V, T>(x + at, positions) : PlaneSums.Dot<V, T>(x + at, y + at, positions)));
            }
        }
    }

    private readonly struct MeanMaxBody<T>(int positions, T* x, T* mean, T* max, int* places) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int plane = from; plane < to; plane++)
            {
                T* a = x + ((nint)plane * positions);
                V m0 = V.Broadcast(a[0]), m1 = m0;
                double total = 0;
                nint i = 0;
                while (i < positions)
                {
                    nint stop = Math.Min(positions, i + (NumbersPerLane * 4 * V.Width));
                    V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
                    for (; i <= stop - (4 * V.Width); i += 4 * V.Width)
                    {
                        V v0 = V.Load(a + i);
                        V v1 = V.Load(a + i + V.Width);
                        V v2 = V.Load(a + i + (2 * V.Width));
                        V v3 = V.Load(a + i + (3 * V.Width));
                        s0 += v0;
                        s1 += v1;
                        s2 += v2;
                        s3 += v3;
                        m0 = V.MaxFast(m0, V.MaxFast(v0, v1));
                        m1 = V.MaxFast(m1, V.MaxFast(v2, v3));
                    }

                    for (; i <= stop - V.Width; i += V.Width)
                    {
                        V v = V.Load(a + i);
                        s0 += v;
                        m0 = V.MaxFast(m0, v);
                    }

                    if (i < stop)
                    {
                        // Lanes past the end must not count: they take the plane's first number.
                        int n = (int)(stop - i);
                        V v = V.LoadPartial(a + i, n);
                        s1 += v;
                        m1 = V.MaxFast(m1, V.Select(V.FirstLanes(n), v, V.Broadcast(a[0])));
                        i = stop;
                    }

                    total += double.CreateTruncating(V.Sum(s0 + s1 + (s2 + s3)));
                }

                // The fast maximum can lose a NaN; the sum can not. (It is NaN for ∞ − ∞ too, where the careful way costs time alone.)
                T top = double.IsNaN(total) ? Careful<V>(a) : V.MaxAcross(V.MaxFast(m0, m1));
                mean[plane] = T.CreateTruncating(total / positions);
                max[plane] = top;
                if (places is not null)
                {
                    places[plane] = First<V>(a, top);
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private T Careful<V>(T* a)
            where V : struct, IVector<V, T>
        {
            V best = V.Broadcast(a[0]);
            for (int i = 0; i < positions; i++)
            {
                best = V.Max(best, V.Broadcast(a[i]));
            }

            return V.MaxAcross(best);
        }

        // The plane was just read and is in the cache: a second look costs less than carrying places along in the first.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private int First<V>(T* a, T value)
            where V : struct, IVector<V, T>
        {
            V sought = V.Broadcast(value);
            V all = V.Equal(V.Zero, V.Zero);
            bool nan = T.IsNaN(value);
            for (int i = 0; i < positions; i += V.Width)
            {
                V next = V.LoadPartial(a + i, positions - i);
                uint found = V.SetLanes(nan ? V.Equal(next, next) ^ all : V.Equal(next, sought));
                if (found != 0 && i + BitOperations.TrailingZeroCount(found) < positions)
                {
                    return i + BitOperations.TrailingZeroCount(found);
                }
            }

            return 0;
        }
    }
}
