namespace Fovea.Compilation;

/// <summary>
/// The affine map that a batch norm with fixed statistics applies to each channel, to be folded into the linear map before it:
/// <c>y = x · scale + shift</c> with <c>scale = weight / √(var + ε)</c> and <c>shift = bias − mean · scale</c>.
/// </summary>
internal sealed class ChannelScale
{
    private readonly double _epsilon;

    private ChannelScale(double epsilon, Tensor[] sources) => (_epsilon, Sources) = (epsilon, sources);

    /// <summary>Weight, bias, mean and variance.</summary>
    public Tensor[] Sources { get; }

    /// <summary>Names what the sources do not: two maps of the same name and sources are one.</summary>
    public string Name => $"{_epsilon:R}";

    /// <summary>The map of a step, or null when it is no batch norm of constants.</summary>
    public static ChannelScale? Of(Step step) => step.Op is BatchNormInferenceOp norm && step.AreConstant(1, 5)
        ? new ChannelScale(norm.Epsilon, [.. step.Inputs[1..5].Select(v => v.Constant!)])
        : null;

    /// <summary>Factors and offsets for a linear map that has the given bias. Computed in double precision, rounded once.</summary>
    public (float[] Scale, float[] Shift) Fold(Tensor? bias)
    {
        ReadOnlySpan<float> weight = Sources[0].AsSpan<float>();
        ReadOnlySpan<float> offset = Sources[1].AsSpan<float>();
        ReadOnlySpan<float> mean = Sources[2].AsSpan<float>();
        ReadOnlySpan<float> variance = Sources[3].AsSpan<float>();
        float[] scales = new float[weight.Length];
        float[] shifts = new float[weight.Length];
        for (int i = 0; i < scales.Length; i++)
        {
            double scale = weight[i] / Math.Sqrt(variance[i] + _epsilon);
            scales[i] = (float)scale;
            shifts[i] = (float)(offset[i] + (((bias is null ? 0 : (double)bias.AsSpan<float>()[i]) - mean[i]) * scale));
        }

        return (scales, shifts);
    }
}
