using Fovea.Layers;

namespace Fovea.Inspect;

/// <summary>An output that a bias was added to.</summary>
/// <param name="Layer">How it lies.</param>
/// <param name="Bias">The bias of each channel.</param>
/// <param name="Made">The output, for its place on the tape.</param>
/// <param name="Positive">Where the gradient passes; null for everywhere.</param>
internal sealed record BiasedOutput(GridLayer Layer, double[] Bias, Tensor Made, Tensor? Positive)
{
    /// <summary>A module's bias for each channel; null where there is none.</summary>
    public static double[]? BiasOf(Module module) => module switch
    {
        Conv2d { Bias: { } bias } => Numbers(bias),
        Linear { Bias: { } bias } => Numbers(bias),
        LayerNorm { Bias: { Rank: 1 } bias } => Numbers(bias),
        BatchNorm norm => Implicit(norm),
        _ => null,
    };

    /// <summary>
    /// Whether z was rectified in the same step, as batch norms may do. Then no number is negative, and the gradient of z is that of the output
    /// where the number is positive.
    /// </summary>
    public static bool IsRectified(Tensor y) => y.To(DType.Float32).AsSpan<float>().IndexOfAnyExceptInRange(0, float.MaxValue) < 0;

    /// <summary><c>b ⊙ ∂s/∂z</c> of one sample, [channels, positions].</summary>
    public double[] Contributions(Tensor gradient, int sample)
    {
        float[]? positive = Positive is null ? null : Layer.Planes(Positive, sample);
        double[] contributions = Array.ConvertAll(Layer.Planes(gradient, sample), static v => (double)v);
        for (int i = 0; i < contributions.Length; i++)
        {
            contributions[i] *= positive?[i] <= 0 ? 0 : Bias[i / (Layer.Height * Layer.Width)];
        }

        return contributions;
    }

    private static double[] Numbers(Tensor values) => values.To(DType.Float64).ToArray<double>();

    private static double[] Implicit(BatchNorm norm)
    {
        (double[] bias, double[] weight, double[] mean, double[] var) = (Numbers(norm.Bias), Numbers(norm.Weight), Numbers(norm.RunningMean), Numbers(norm.RunningVar));
        return [.. bias.Select((b, c) => b - (weight[c] * mean[c] / Math.Sqrt(var[c] + norm.Epsilon)))];
    }
}
