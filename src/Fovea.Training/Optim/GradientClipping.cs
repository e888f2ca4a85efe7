namespace Fovea.Training;

/// <summary>Clipping of the gradients' common norm (Pascanu et al., "On the difficulty of training recurrent neural networks", 2013).</summary>
public static class GradientClipping
{
    /// <summary>
    /// What every gradient must be multiplied by, for <see cref="Optimizer.Step"/>: <c>min(1, largest / (norm + 1e-6))</c>, as PyTorch's
    /// <c>clip_grad_norm_</c>.
    /// </summary>
    /// <param name="norm">The norm of all gradients together.</param>
    /// <param name="largest">The largest norm allowed; 0 does not clip.</param>
    public static double Scale(double norm, double largest) => largest <= 0 ? 1 : Math.Min(1, largest / (norm + 1e-6));
}
