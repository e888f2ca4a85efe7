namespace Fovea.Io;

/// <summary>Working memory from the tensors' pool, outside every scope.</summary>
internal static class ScratchBytes
{
    /// <summary>A tensor of bytes, to be disposed by the caller.</summary>
    public static Tensor Of(long count) => TensorScope.Detach(Tensor.Empty([checked((int)count)], DType.UInt8));
}
