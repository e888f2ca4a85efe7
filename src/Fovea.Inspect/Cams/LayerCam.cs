namespace Fovea.Inspect;

/// <summary>
/// Layer-CAM: <c>M = ReLU(Σ_c ReLU(G_c) ⊙ A_c)</c>: each place has a weight of its own, which makes maps of early layers sharp.
/// <para>Source: Jiang et al., "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization", 2021.</para>
/// </summary>
/// <param name="options">The layer; null for the defaults.</param>
public sealed class LayerCam(MapMethodOptions? options = null) : Cam("layer-cam", options)
{
    private protected override double[] Map(CamSample sample) => sample.Summed(static (a, g) => Math.Max((double)g, 0) * a);
}
