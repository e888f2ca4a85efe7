namespace Fovea.Imaging.Transforms;

/// <summary>
/// The weights of one axis: target pixel i is the sum of <c>Weights[i * Stride + j] * source[Starts[i] + j]</c>, j below <c>Counts[i]</c>,
/// in fixed point with <see cref="Precision"/> fractional bits.
/// </summary>
/// <remarks>
/// 32 bits hold a sum of 8-bit samples times weights that may overshoot (a cubic's negative lobes) if the weights take 22:
/// 8 for the sample, 2 to spare. The results are Pillow's, bit for bit, because the rounding is done at the same places.
/// </remarks>
internal sealed class ResampleAxis
{
    /// <summary>The fractional bits of a weight.</summary>
    public const int Precision = 32 - 8 - 2;

    private ResampleAxis(int count, int stride)
    {
        Stride = stride;
        Starts = new int[count];
        Counts = new int[count];
        Weights = new int[count * stride];
    }

    public int Stride { get; }

    public int[] Starts { get; }

    public int[] Counts { get; }

    public int[] Weights { get; }

    /// <summary>The first source pixel that any target pixel reads.</summary>
    public int First => Starts[0];

    /// <summary>One past the last source pixel that any target pixel reads.</summary>
    public int End => Starts[^1] + Counts[^1];

    /// <summary>Computes the weights of <paramref name="count"/> target pixels.</summary>
    /// <param name="filter">The kernel, not <see cref="ResizeFilter.Nearest"/>.</param>
    /// <param name="sourceSize">The source's pixels.</param>
    /// <param name="targetSize">The pixels of the whole target.</param>
    /// <param name="first">The first target pixel that is wanted.</param>
    /// <param name="count">How many are wanted.</param>
    public static ResampleAxis Create(ResizeFilter filter, int sourceSize, int targetSize, int first, int count)
    {
        double scale = (double)sourceSize / targetSize;
        double stretch = Math.Max(scale, 1);
        double support = ResampleKernel.Support(filter) * stretch;
        double inverse = 1 / stretch;
        int stride = (int)Math.Ceiling(support) * 2 + 1;
        var axis = new ResampleAxis(count, stride);
        double[] weights = new double[stride];
        for (int i = 0; i < count; i++)
        {
            double center = (first + i + 0.5) * scale;
            int start = Math.Max(0, (int)(center - support + 0.5));
            int length = Math.Min(sourceSize, (int)(center + support + 0.5)) - start;
            double total = 0;
            for (int j = 0; j < length; j++)
            {
                weights[j] = ResampleKernel.Weight(filter, (j + start - center + 0.5) * inverse);
                total += weights[j];
            }

            axis.Starts[i] = start;
            axis.Counts[i] = length;
            for (int j = 0; j < length; j++)
            {
                double weight = (total != 0 ? weights[j] / total : weights[j]) * (1 << Precision);
                axis.Weights[i * stride + j] = (int)(weight < 0 ? weight - 0.5 : weight + 0.5);
            }
        }

        return axis;
    }
}
