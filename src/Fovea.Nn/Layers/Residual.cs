namespace Fovea.Layers;

/// <summary>What residual blocks share.</summary>
internal static class Residual
{
    /// <summary><c>max(branch + shortcut, 0)</c>.</summary>
    /// <param name="branch">What the block computed.</param>
    /// <param name="shortcut">What went past it.</param>
    /// <param name="isTraining">
    /// Whether to take both steps in one op. In evaluation they stay apart: a compiled model fuses them with what stands before them.
    /// </param>
    public static Tensor Rectified(Tensor branch, Tensor shortcut, bool isTraining) =>
        isTraining ? branch.AddRelu(shortcut) : (branch + shortcut).Relu();
}
