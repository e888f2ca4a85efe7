namespace Fovea.Layers;

/// <summary>The largest value of each window: <c>[N, C, H, W] → [N, C, H', W']</c>; padding never wins.</summary>
/// <param name="kernelSize">Side of the window.</param>
/// <param name="stride">Step between windows (default: the side).</param>
/// <param name="padding">Places added on each side (default 0).</param>
public sealed class MaxPool2d(int kernelSize, int? stride = null, int padding = 0) : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.MaxPool2d(kernelSize, stride ?? kernelSize, padding);
}

/// <summary>The mean of each window: <c>[N, C, H, W] → [N, C, H', W']</c>.</summary>
/// <param name="kernelSize">Side of the window.</param>
/// <param name="stride">Step between windows (default: the side).</param>
/// <param name="padding">Zeros added on each side (default 0).</param>
public sealed class AvgPool2d(int kernelSize, int? stride = null, int padding = 0) : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.AvgPool2d(kernelSize, stride ?? kernelSize, padding);
}
