namespace Fovea.Inspect;

/// <summary>
/// Grad-CAM++: <c>M = ReLU(Σ_c w_c A_c)</c> with <c>w_c = Σ_ij α_cij · ReLU(G_cij)</c> and
/// <c>α_cij = G²_cij / (2 G²_cij + Σ_ab A_cab · G³_cij)</c>, 0 where the gradient is 0: several objects of a class count alike.
/// <para>Source: Chattopadhyay et al., "Grad-CAM++: Generalized Gradient-Based Visual Explanations for Deep Convolutional Networks", 2018. The
/// score is the exponential of the target's, whose factor e^s is the same for the whole map and left out.</para>
/// </summary>
/// <param name="options">The layer; null for the defaults.</param>
public sealed class GradCamPlusPlus(MapMethodOptions? options = null) : Cam("grad-cam-plus-plus", options)
{
    private protected override double[] Map(CamSample sample) => sample.Weighted(c =>
    {
        double sum = Sums.Of(sample.A(c));

        // G² cancels: G² / (2 G² + ΣA · G³) = 1 / (2 + ΣA · G), which does not underflow for small gradients.
        return Sums.Of(sample.A(c), sample.G(c), (_, g) => g <= 0 || 2 + (sum * g) == 0 ? 0 : g / (2 + (sum * g)));
    });
}
