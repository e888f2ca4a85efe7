namespace Fovea;

/// <summary>Absolute differences.</summary>
public static class L1LossExtensions
{
    extension(Tensor x)
    {
        /// <summary>Mean absolute error: <c>mean(|x − target|)</c>. Shapes: target as x → scalar, or as x without a reduction.</summary>
        /// <param name="target">The values to reach.</param>
        /// <param name="reduction">Mean (the default), Sum, or None.</param>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        public Tensor L1Loss(Tensor target, LossReduction reduction = LossReduction.Mean)
        {
            ArgumentNullException.ThrowIfNull(target);
            LossReductions.SameShape("l1_loss", x, target);
            return LossReductions.Apply((x - target).Abs(), reduction);
        }
    }
}
