namespace Fovea.Inspect;

/// <summary>
/// Score-CAM: <c>M = ReLU(Σ_c w_c A_c)</c> with <c>w = softmax_c(s(x ⊙ H_c))</c>: how well the model does on what a channel shows of the
/// picture. <c>H_c</c> is the channel, bilinearly of the picture's size, then from 0 to 1; channels that are the same everywhere get no weight.
/// It takes no gradients, and a run for each channel.
/// <para>Source: Wang et al., "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks", 2020; the score of the base
/// line, which the paper subtracts, is one for all channels and leaves the softmax as it is. What a mask hides becomes 0 in the normalised
/// picture, its mean colour.</para>
/// </summary>
/// <param name="options">The layer, and how many masked pictures go through the model at once; null for the defaults.</param>
public sealed class ScoreCam(MapMethodOptions? options = null) : Cam("score-cam", options)
{
    private protected override bool UsesGradients => false;

    private protected override int TrialsOf(GridLayer layer) => layer.Channels;

    private protected override double[] Map(CamSample sample)
    {
        int[] varied = [.. Enumerable.Range(0, sample.Channels).Where(c => !IsConstant(sample.A(c)))];
        double[] scores = sample.Trials.OfMasked(varied.Length, (range, size) => Masks(sample, varied[range], size));
        double most = scores.Length > 0 ? scores.Max() : 0;
        double[] weights = Array.ConvertAll(scores, s => Math.Exp(s - most));
        double sum = weights.Sum();
        double[] all = new double[sample.Channels];
        for (int i = 0; i < varied.Length; i++)
        {
            all[varied[i]] = weights[i] / sum;
        }

        return sample.Weighted(c => all[c]);
    }

    // A channel with NaN in it is none of the constant ones: its mask, and so the map, is NaN.
    private static bool IsConstant(ReadOnlySpan<float> channel) => !float.IsNaN(channel[0]) && channel.IndexOfAnyExcept(channel[0]) < 0;

    private static Tensor Masks(CamSample sample, int[] channels, Size2 size)
    {
        Tensor maps = Tensor.From([.. channels.SelectMany(c => sample.A(c).ToArray())], [channels.Length, 1, sample.Layer.Height, sample.Layer.Width])
            .UpsampleBilinear2d(size);
        Tensor least = maps.Min([2, 3], keepDim: true);
        return (maps - least) / (maps.Max([2, 3], keepDim: true) - least);
    }
}
