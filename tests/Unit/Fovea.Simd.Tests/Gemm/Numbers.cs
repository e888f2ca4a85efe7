using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Tests.Gemm;

/// <summary>Reproducible operands and the comparison with a reference in float64.</summary>
internal static class Numbers
{
    public static T[] Uniform<T>(int count, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        var numbers = new T[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = T.CreateChecked((random.NextDouble() * 2) - 1);
        }

        return numbers;
    }

    public static void Near<T>(double[] expected, ReadOnlySpan<T> actual, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double got = double.CreateChecked(actual[i]);
            if (!(Math.Abs(got - expected[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i]))))
            {
                Assert.Fail($"element {i} of {expected.Length}: expected {expected[i]:R}, got {got:R}, tolerance {tolerance:R}");
            }
        }
    }
}

/// <summary>Runs the same work on several numbers of threads.</summary>
internal static class ThreadCounts
{
    private static readonly Lock s_one = new();

    public static void SameBits(Func<float[]> work)
    {
        lock (s_one)
        {
            int before = ParallelPool.Threads;
            try
            {
                ParallelPool.Threads = 1;
                float[] alone = work();
                foreach (int threads in (int[])[2, 3, 8])
                {
                    ParallelPool.Threads = threads;
                    float[] together = work();
                    Assert.True(
                        alone.AsSpan().SequenceEqual(together) && !alone.AsSpan().ContainsAny(float.NaN, float.PositiveInfinity),
                        $"the result on {threads} threads differs from that on one");
                }
            }
            finally
            {
                ParallelPool.Threads = before;
            }
        }
    }
}
