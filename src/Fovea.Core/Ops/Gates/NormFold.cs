namespace Fovea;

/// <summary>A convolution's bias and a batch norm with running statistics as one affine map of the products.</summary>
internal static class NormFold
{
    /// <summary>Writes <c>scale = weight / √(var + ε)</c> and <c>shift = offset + (bias − mean)·scale</c>.</summary>
    /// <param name="c">Where the inputs are.</param>
    /// <param name="first">The input that is the convolution's bias; the norm's weight, offset, mean and variance follow.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="scale">Written.</param>
    /// <param name="shift">Written.</param>
    public static void Of<T>(ForwardContext c, int first, double epsilon, Span<T> scale, Span<T> shift)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < scale.Length; i++)
        {
            double by = Number(1, i) / Math.Sqrt(Number(4, i) + epsilon);
            scale[i] = T.CreateChecked(by);
            shift[i] = T.CreateChecked(Number(2, i) + ((Number(0, i) - Number(3, i)) * by));
        }

        double Number(int input, int at) => double.CreateChecked(c.In<T>(first + input)[at]);
    }
}
