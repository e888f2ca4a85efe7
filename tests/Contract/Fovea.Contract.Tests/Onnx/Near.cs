namespace Fovea.Contract.Tests.Onnx;

/// <summary>Whether two engines agree.</summary>
internal static class Near
{
    /// <summary>
    /// Within a share of the largest number: engines sum in other orders and have other exponentials, which is worth some 10⁻⁶ of it a layer.
    /// </summary>
    public static void Check(Tensor expected, Tensor actual, string what, double tolerance = 1e-4)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double[] e = expected.To(DType.Float64).Clone().ToArray<double>();
        double[] a = actual.To(DType.Float64).Clone().ToArray<double>();
        double largest = e.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < e.Length; i++)
        {
            Assert.True(
                e[i].Equals(a[i]) || Math.Abs(e[i] - a[i]) <= tolerance * Math.Max(largest, 1e-6),
                $"{what}: value {i} is {a[i]}, expected {e[i]}; the largest is {largest}");
        }
    }
}
