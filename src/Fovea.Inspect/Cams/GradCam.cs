namespace Fovea.Inspect;

/// <summary>
/// Grad-CAM: <c>M = ReLU(Σ_c w_c A_c)</c> with <c>w_c = 1/(H·W) Σ_ij G_cij</c>.
/// <para>Source: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-Based Localization", 2017.</para>
/// </summary>
/// <param name="options">The layer; null for the defaults.</param>
public sealed class GradCam(MapMethodOptions? options = null) : Cam("grad-cam", options)
{
    private protected override double[] Map(CamSample sample) => sample.Weighted(c => Sums.Of(sample.G(c)) / sample.Positions);
}
