namespace Fovea.Inspect;

/// <summary>
/// HiResCAM: <c>M = ReLU(Σ_c G_c ⊙ A_c)</c>: gradients are not averaged over places, so that the map shows what the model used where.
/// <para>Source: Draelos and Carin, "Use HiResCAM instead of Grad-CAM for Faithful Explanations of Convolutional Neural Networks", 2020. The
/// paper shows negative sums as well: set <see cref="MapMethodOptions.Rectify"/> to false for them.</para>
/// </summary>
/// <param name="options">The layer; null for the defaults.</param>
public sealed class HiResCam(MapMethodOptions? options = null) : Cam("hires-cam", options)
{
    private protected override double[] Map(CamSample sample) => sample.Summed(static (a, g) => (double)a * g);
}
