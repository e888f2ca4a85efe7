namespace Fovea.Contract.Tests.Compilation;

/// <summary>How near a compiled model must come to the module.</summary>
internal static class Compare
{
    private const double Tolerance = 1e-4;

    /// <summary>Checks that no value is further from the expected one than a ten-thousandth of the largest.</summary>
    public static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Spec, actual.Spec);
        double[] a = Numbers(expected);
        double[] b = Numbers(actual);
        double largest = a.Length == 0 ? 0 : a.Max(Math.Abs);
        for (int i = 0; i < a.Length; i++)
        {
            Assert.True(Math.Abs(a[i] - b[i]) <= Tolerance * largest, $"value {i} is {b[i]}, expected {a[i]}; the largest is {largest}");
        }
    }

    private static double[] Numbers(Tensor tensor) =>
        tensor.DType == DType.Float64 ? tensor.ToArray<double>() : Array.ConvertAll(tensor.ToArray<float>(), v => (double)v);
}
