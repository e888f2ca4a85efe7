using System.Numerics;

namespace Fovea.Training;

/// <summary>Sums of squares in double, in one order whatever the number of threads.</summary>
internal static class Magnitude
{
    /// <summary>The sum of the squares of a tensor's numbers; not finite when one of them is not.</summary>
    public static double SumOfSquares(Tensor tensor) => tensor.DType == DType.Float32
        ? SumOfSquares<float>(tensor.AsSpan<float>())
        : SumOfSquares<double>(tensor.AsSpan<double>());

    /// <summary>Whether every number of a tensor is finite. Tensors of whole numbers are.</summary>
    public static bool IsFinite(Tensor tensor) => !tensor.DType.IsFloating() || double.IsFinite(SumOfSquares(tensor));

    private static double SumOfSquares<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Four sums side by side: a single one would wait for each addition before the next.
        double a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i + 4 <= values.Length; i += 4)
        {
            double v0 = double.CreateTruncating(values[i]), v1 = double.CreateTruncating(values[i + 1]);
            double v2 = double.CreateTruncating(values[i + 2]), v3 = double.CreateTruncating(values[i + 3]);
            a += v0 * v0;
            b += v1 * v1;
            c += v2 * v2;
            d += v3 * v3;
        }

        for (; i < values.Length; i++)
        {
            double v = double.CreateTruncating(values[i]);
            a += v * v;
        }

        return a + b + (c + d);
    }
}
