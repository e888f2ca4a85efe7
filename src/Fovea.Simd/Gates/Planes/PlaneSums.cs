using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// Sums over one plane for sweeps that take plane after plane through the first-level cache. Four registers whose lanes see at most 64
/// numbers each, put together in double: the error stays near one rounding whatever the length.
/// </summary>
internal static unsafe class PlaneSums
{
    /// <summary>How many numbers a lane adds up before they go to the double.</summary>
    public const int NumbersPerLane = 64;

    /// <summary><c>Σ a</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum<V, T>(T* a, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double total = 0;
        nint i = 0;
        while (i < count)
        {
            nint stop = Math.Min(count, i + (NumbersPerLane * 4 * V.Width));
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            for (; i <= stop - (4 * V.Width); i += 4 * V.Width)
            {
                s0 += V.Load(a + i);
                s1 += V.Load(a + i + V.Width);
                s2 += V.Load(a + i + (2 * V.Width));
                s3 += V.Load(a + i + (3 * V.Width));
            }

            for (; i < stop; i += V.Width)
            {
                s0 += V.LoadPartial(a + i, (int)Math.Min(V.Width, stop - i));
            }

            total += double.CreateTruncating(V.Sum(s0 + s1 + (s2 + s3)));
            i = stop;
        }

        return total;
    }

    /// <summary><c>Σ (a − centre)²</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SquaresAbout<V, T>(T* a, int count, T centre)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V m = V.Broadcast(centre);
        double total = 0;
        nint i = 0;
        while (i < count)
        {
            nint stop = Math.Min(count, i + (NumbersPerLane * 4 * V.Width));
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            for (; i <= stop - (4 * V.Width); i += 4 * V.Width)
            {
                V d0 = V.Load(a + i) - m;
                V d1 = V.Load(a + i + V.Width) - m;
                V d2 = V.Load(a + i + (2 * V.Width)) - m;
                V d3 = V.Load(a + i + (3 * V.Width)) - m;
                s0 = V.MultiplyAdd(d0, d0, s0);
                s1 = V.MultiplyAdd(d1, d1, s1);
                s2 = V.MultiplyAdd(d2, d2, s2);
                s3 = V.MultiplyAdd(d3, d3, s3);
            }

            for (; i <= stop - V.Width; i += V.Width)
            {
                V d = V.Load(a + i) - m;
                s0 = V.MultiplyAdd(d, d, s0);
            }

            if (i < stop)
            {
                int n = (int)(stop - i);
                V d = V.FirstLanes(n) & (V.LoadPartial(a + i, n) - m);
                s1 = V.MultiplyAdd(d, d, s1);
            }

            total += double.CreateTruncating(V.Sum(s0 + s1 + (s2 + s3)));
            i = stop;
        }

        return total;
    }

    /// <summary><c>Σ a · b</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot<V, T>(T* a, T* b, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double total = 0;
        nint i = 0;
        while (i < count)
        {
            nint stop = Math.Min(count, i + (NumbersPerLane * 4 * V.Width));
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            for (; i <= stop - (4 * V.Width); i += 4 * V.Width)
            {
                s0 = V.MultiplyAdd(V.Load(a + i), V.Load(b + i), s0);
                s1 = V.MultiplyAdd(V.Load(a + i + V.Width), V.Load(b + i + V.Width), s1);
                s2 = V.MultiplyAdd(V.Load(a + i + (2 * V.Width)), V.Load(b + i + (2 * V.Width)), s2);
                s3 = V.MultiplyAdd(V.Load(a + i + (3 * V.Width)), V.Load(b + i + (3 * V.Width)), s3);
            }

            for (; i < stop; i += V.Width)
            {
                int n = (int)Math.Min(V.Width, stop - i);
                s0 = V.MultiplyAdd(V.LoadPartial(a + i, n), V.LoadPartial(b + i, n), s0);
            }

            total += double.CreateTruncating(V.Sum(s0 + s1 + (s2 + s3)));
            i = stop;
        }

        return total;
    }
}
