namespace Fovea.Simd.Conv;

/// <summary>What happens to a finished output on its way to memory: <c>y = relu(sum + bias[o] + residual)</c>.</summary>
internal unsafe struct ConvEpilogue<T>
    where T : unmanaged
{
    /// <summary>One number per output channel, or null.</summary>
    public T* Bias;

    /// <summary>How far the numbers to add lie from the output (same layout); 0 for none.</summary>
    public nint Residual;

    /// <summary>Whether negative results become 0; NaN stays NaN.</summary>
    public bool Relu;

    public readonly bool IsNone => Bias is null && Residual == 0 && !Relu;
}
