using System.Numerics;

namespace Fovea;

/// <summary>A batch norm with fixed statistics as the affine map that each channel goes through, behind a bias or none.</summary>
internal static class BatchNormFold
{
    /// <summary>
    /// Writes <c>scale = weight / √(var + ε)</c> and <c>shift = offset + (bias − mean) · scale</c>: in double precision, rounded once, so that
    /// every way to compute a norm has the same factors.
    /// </summary>
    /// <param name="weight">[channels].</param>
    /// <param name="offset">[channels].</param>
    /// <param name="mean">[channels].</param>
    /// <param name="variance">[channels].</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="bias">What the op before adds to its results, [channels]; empty for 0.</param>
    /// <param name="scale">[channels], written.</param>
    /// <param name="shift">[channels], written.</param>
    public static void Of<T>(
        ReadOnlySpan<T> weight, ReadOnlySpan<T> offset, ReadOnlySpan<T> mean, ReadOnlySpan<T> variance, double epsilon, ReadOnlySpan<T> bias,
        Span<T> scale, Span<T> shift)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < scale.Length; i++)
        {
            double by = double.CreateTruncating(weight[i]) / Math.Sqrt(double.CreateTruncating(variance[i]) + epsilon);
            double added = bias.IsEmpty ? 0 : double.CreateTruncating(bias[i]);
            scale[i] = T.CreateTruncating(by);
            shift[i] = T.CreateTruncating(double.CreateTruncating(offset[i]) + ((added - double.CreateTruncating(mean[i])) * by));
        }
    }
}
