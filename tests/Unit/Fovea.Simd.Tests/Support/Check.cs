using System.Numerics;
using System.Runtime.InteropServices;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Tests.Support;

/// <summary>Comparisons that name the place and the size of a difference.</summary>
internal static class Check
{
    /// <summary>|got − expected| ≤ tolerance · (1 + |expected|) everywhere; NaN and infinities must agree.</summary>
    public static void Close<T>(ReadOnlySpan<double> expected, ReadOnlySpan<T> got, double tolerance, string what = "")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(expected.Length, got.Length);
        for (int i = 0; i < got.Length; i++)
        {
            double g = double.CreateTruncating(got[i]);
            bool same = double.IsNaN(expected[i]) ? double.IsNaN(g)
                : double.IsInfinity(expected[i]) ? g == expected[i]
                : Math.Abs(g - expected[i]) <= tolerance * (1 + Math.Abs(expected[i]));
            Assert.True(same, $"{what} at {i} of {got.Length}: expected {expected[i]:R}, got {g:R}, tolerance {tolerance:0.0e+0}");
        }
    }

    /// <summary>Rounding allowed for T: about 1e-6 for float and 1e-13 for double, times <paramref name="factor"/>.</summary>
    public static double Tolerance<T>(double factor = 1) => factor * (typeof(T) == typeof(float) ? 1e-6 : 1e-13);

    /// <summary>Runs a kernel on 1, 2, 3 and 8 threads and wants the same bits each time.</summary>
    public static void SameBitsOnAnyThreads<T>(Func<T[]> kernel)
        where T : unmanaged
    {
        int before = ParallelPool.Threads;
        try
        {
            ParallelPool.Threads = 1;
            T[] alone = kernel();
            foreach (int threads in (int[])[2, 3, 8])
            {
                ParallelPool.Threads = threads;
                T[] shared = kernel();
                Assert.True(
                    MemoryMarshal.AsBytes(alone.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(shared.AsSpan())),
                    $"{threads} threads gave other bits than one");
            }
        }
        finally
        {
            ParallelPool.Threads = before;
        }
    }
}
