using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Sweeps;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>What channel gates need of every plane: its mean, its maximum, or its product with another plane, in one read.</summary>
public static unsafe class PlanePool
{
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
            var sweep = new Sweep<T>(SweepTiles.Planes(planes, positions)) { X = xAt, G = yAt, Planes = toAt, PlaneFactor = factor };
            if (yAt is null)
            {
                sweep.Sum<PlaneSum>();
            }
            else
            {
                sweep.Sum<PlaneDot>();
            }
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

    private readonly struct MeanMaxBody<T>(int positions, T* x, T* mean, T* max, int* places) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            SweepTiles one = SweepTiles.Planes(1, positions);
            var whole = SweepTile.Plane(positions);
            Sweep<T> run = new(one);
            for (int plane = from; plane < to; plane++)
            {
                T* a = run.X = x + ((nint)plane * positions);
                PlaneSums<T> sums = PlaneLoop<PlaneSumTop, NoStore, NoEpilogue, V, T>.Run(run, whole);

                // The fast maximum can lose a NaN; the sum can not. (It is NaN for ∞ − ∞ too, where the careful way costs time alone.)
                T top = double.IsNaN(sums.First) ? Careful<V>(a) : sums.Top;
                mean[plane] = T.CreateTruncating(sums.First / positions);
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
