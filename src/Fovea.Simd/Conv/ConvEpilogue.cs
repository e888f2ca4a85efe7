namespace Fovea.Simd.Conv;

/// <summary>What happens to a finished output on its way to memory: <c>y = relu(sum + bias[o] + residual)</c>.</summary>
internal unsafe struct ConvEpilogue<T>
    where T : unmanaged
{
    /// <summary>One number per output channel, or null.</summary>
    public T* Bias;

    /// <summary>Numbers to add, laid out as the output but apart from it, or null.</summary>
    public T* Residual;

    /// <summary>Whether negative results become 0; NaN stays NaN.</summary>
    public bool Relu;

    public readonly bool IsNone => Bias is null && Residual is null && !Relu;
}
