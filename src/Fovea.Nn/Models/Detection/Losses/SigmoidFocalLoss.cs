namespace Fovea.Models;

/// <summary>
/// The focal loss of classes that stand each for itself (Lin et al. 2017): with p the probability of what is right for a class at a place,
/// <c>−α·(1 − p)^γ·ln p</c> where the place is of the class, and with 1 − α where it is not. α = 0.25, γ = 2.
/// </summary>
internal static class SigmoidFocalLoss
{
    private const float Alpha = 0.25f;

    /// <summary>The weighted sum over places that are learnt from and classes.</summary>
    /// <param name="logits">[N, A, classes].</param>
    /// <param name="matches">Which class each place is of.</param>
    /// <param name="weight">What a place counts in a picture.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Sum(Tensor logits, PlaceMatches matches, Func<int, float> weight)
    {
        int classes = logits.Shape[2];
        float[] sign = new float[logits.Elements], factor = new float[logits.Elements];
        sign.AsSpan().Fill(1);
        matches.ForEach((row, picture, label) =>
        {
            factor.AsSpan(row * classes, classes).Fill((1 - Alpha) * weight(picture));
            if (label >= 0)
            {
                (sign[(row * classes) + label], factor[(row * classes) + label]) = (-1, Alpha * weight(picture));
            }
        });

        // With u the logit of what is wrong, 1 − p = σ(u) and −ln p = ln(1 + eᵘ).
        Tensor u = logits * Tensor.From(sign, logits.Shape).To(logits.DType);
        return (u.Softplus() * u.Sigmoid().Square() * Tensor.From(factor, logits.Shape).To(logits.DType)).Sum();
    }
}
