namespace Fovea.Inspect;

/// <summary>
/// Ablation-CAM: <c>M = ReLU(Σ_c w_c A_c)</c> with <c>w_c = (s − s_c) / |s|</c>, where s_c is the score with channel c of the layer at 0: the
/// share of the score that the channel brings. Where s is 0 nothing is divided. It takes no gradients, and a run for each channel.
/// <para>Source: Ramaswamy and Desai, "Ablation-CAM: Visual Explanations for Deep Convolutional Network via Gradient-Free Localization", 2020,
/// which divides by s; of a negative score that would turn the map's sign round.</para>
/// </summary>
/// <param name="options">The layer, and how many runs go through the model at once; null for the defaults.</param>
public sealed class AblationCam(MapMethodOptions? options = null) : Cam("ablation-cam", options)
{
    private protected override bool UsesGradients => false;

    private protected override int TrialsOf(GridLayer layer) => layer.Channels;

    private protected override double[] Map(CamSample sample)
    {
        double[] without = sample.Trials.WithoutChannels();
        double scale = sample.Score == 0 ? 1 : Math.Abs(sample.Score);
        return sample.Weighted(c => (sample.Score - without[c]) / scale);
    }
}
