using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch;

/// <summary>Values on their way between the two engines: one copy each way, from memory to memory.</summary>
internal static class TorchValues
{
    /// <summary>A tensor of libtorch's with the values of one of ours.</summary>
    public static TorchTensor Write(Tensor from)
    {
        TorchTensor to = torch.empty(Lengths(from.Shape), ElementOf(from.DType));
        Overwrite(to, from);
        return to.DetachFromDisposeScope();
    }

    /// <summary>Gives a contiguous tensor of libtorch's the values of one of ours, of its shape and element type, in place.</summary>
    public static void Overwrite(TorchTensor to, Tensor from)
    {
        if (from.Elements > 0)
        {
            from.AsBytes().CopyTo(to.bytes);
            GC.KeepAlive(from);
        }
    }

    /// <summary>A tensor of ours, which the current scope owns, with the values of one of libtorch's.</summary>
    /// <exception cref="TorchException">Shape or element type is not what our engine gives there.</exception>
    public static Tensor Read(TorchTensor from, TensorSpec spec)
    {
        if (from.dtype != ElementOf(spec.DType) || !from.shape.AsSpan().SequenceEqual(Lengths(spec.Shape)))
        {
            throw new TorchException($"expected {spec} as our engine gives it, got {from.dtype} [{string.Join(", ", from.shape)}]; this is a fault of an op's translation.");
        }

        Tensor to = Tensor.Empty(spec.Shape, spec.DType);
        if (to.Elements > 0)
        {
            using TorchTensor dense = from.contiguous();
            dense.bytes.CopyTo(to.AsBytes());
        }

        return to;
    }

    /// <summary>libtorch's name of an element type.</summary>
    /// <exception cref="DTypeException">Ops do not compute in it.</exception>
    public static torch.ScalarType ElementOf(DType type) => type switch
    {
        DType.Float32 => torch.ScalarType.Float32,
        DType.Float64 => torch.ScalarType.Float64,
        DType.Int64 => torch.ScalarType.Int64,
        DType.UInt8 => torch.ScalarType.Byte,
        DType.Bool => torch.ScalarType.Bool,
        _ => throw new DTypeException("libtorch", "a type that ops compute in", type.ToString()),
    };

    /// <summary>The lengths of a shape as libtorch takes them.</summary>
    public static long[] Lengths(Shape shape) => [.. shape.Select(n => (long)n)];
}
