using System.Numerics;

namespace Fovea.Simd.Tests.Support;

/// <summary>Numbers for kernels to work on, the same in every run.</summary>
internal static class Samples
{
    /// <summary>Lengths around every register width, and some that are cut into several pieces.</summary>
    public static readonly int[] Lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 1000, 16384, 16385, 50001];

    public static TheoryData<int> LengthTheory => new(Lengths);

    /// <summary>Normally distributed numbers.</summary>
    public static T[] Normal<T>(long count, int seed = 1, double mean = 0, double deviation = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        var x = new T[count];
        for (int i = 0; i < x.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            x[i] = T.CreateTruncating(mean + (deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble())));
        }

        return x;
    }

    public static double[] ToDouble<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var y = new double[x.Length];
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = double.CreateTruncating(x[i]);
        }

        return y;
    }

    /// <summary>A slice that does not start on a register boundary, as spans of users do.</summary>
    public static Span<T> Unaligned<T>(int length) => new T[length + 3].AsSpan(3);
}
