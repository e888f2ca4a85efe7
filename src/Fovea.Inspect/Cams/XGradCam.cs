namespace Fovea.Inspect;

/// <summary>
/// XGrad-CAM: <c>M = ReLU(Σ_c w_c A_c)</c> with <c>w_c = Σ_ij A_cij · G_cij / Σ_ij A_cij</c>, 0 where the channel's sum is 0: the weights
/// under which channels add up to the score best.
/// <para>Source: Fu et al., "Axiom-based Grad-CAM: Towards Accurate Visualization and Explanation of CNNs", 2020.</para>
/// </summary>
/// <param name="options">The layer; null for the defaults.</param>
public sealed class XGradCam(MapMethodOptions? options = null) : Cam("xgrad-cam", options)
{
    private protected override double[] Map(CamSample sample) => sample.Weighted(c =>
        Sums.Of(sample.A(c)) is var sum && sum == 0 ? 0 : Sums.Of(sample.A(c), sample.G(c), static (a, g) => a * g) / sum);
}
