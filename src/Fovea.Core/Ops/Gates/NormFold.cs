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
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        BatchNormFold.Of(c.In<T>(first + 1), c.In<T>(first + 2), c.In<T>(first + 3), c.In<T>(first + 4), epsilon, c.In<T>(first), scale, shift);
}
