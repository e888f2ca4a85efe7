namespace Fovea;

/// <summary>Binary cross entropy of logits.</summary>
public static class BceWithLogitsExtensions
{
    extension(Tensor logits)
    {
        /// <summary>
        /// Binary cross entropy of sigmoid: <c>−p·t·ln σ(x) − (1 − t)·ln(1 − σ(x))</c>, computed as
        /// <c>(1 − t)·x + (1 + (p − 1)·t)·ln(1 + e^−x)</c>, which neither overflows nor cancels. Shapes: target as logits; the result is a
        /// scalar, or of that shape without a reduction.
        /// </summary>
        /// <param name="target">Probabilities t from 0 to 1, in the logits' element type.</param>
        /// <param name="positiveWeight">p, a factor for the positive term, broadcast to the logits; null (the default) for 1.</param>
        /// <param name="reduction">Mean (the default), Sum, or None.</param>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        public Tensor BceWithLogits(Tensor target, Tensor? positiveWeight = null, LossReduction reduction = LossReduction.Mean)
        {
            ArgumentNullException.ThrowIfNull(target);
            LossReductions.SameShape("bce_with_logits", logits, target);
            Tensor tail = (-logits).Softplus();
            if (positiveWeight is not null)
            {
                tail *= (positiveWeight - 1) * target + 1;
            }

            return LossReductions.Apply((1 - target) * logits + tail, reduction);
        }
    }
}
