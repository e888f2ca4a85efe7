namespace Fovea;

/// <summary>Squared differences.</summary>
public static class MseLossExtensions
{
    extension(Tensor x)
    {
        /// <summary>Mean squared error: <c>mean((x − target)²)</c>. Shapes: target as x → scalar, or as x without a reduction.</summary>
        /// <param name="target">The values to reach.</param>
        /// <param name="reduction">Mean (the default), Sum, or None.</param>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        public Tensor MseLoss(Tensor target, LossReduction reduction = LossReduction.Mean)
        {
            ArgumentNullException.ThrowIfNull(target);
            LossReductions.SameShape("mse_loss", x, target);
            return LossReductions.Apply((x - target).Square(), reduction);
        }
    }
}
