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

    /// <summary>Factors and offsets for a linear map that has the given bias.</summary>
    public (float[] Scale, float[] Shift) Fold(Tensor? bias)
    {
        float[] scales = new float[Sources[0].Shape[0]];
        float[] shifts = new float[scales.Length];
        ReadOnlySpan<float> added = bias is null ? default : bias.AsSpan<float>();
        BatchNormFold.Of(
            Sources[0].AsSpan<float>(), Sources[1].AsSpan<float>(), Sources[2].AsSpan<float>(), Sources[3].AsSpan<float>(), _epsilon, added, scales, shifts);
        return (scales, shifts);
    }
}
