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

    /// <summary>A tensor of ours, which the current scope owns, with the values of one of libtorch's, on whichever device.</summary>
    /// <exception cref="TorchException">Shape or element type is not what our engine gives there.</exception>
    public static Tensor Read(TorchTensor from, TensorSpec spec)
    {
        Tensor to = Tensor.Empty(spec.Shape, spec.DType);
        Read(from, to);
        return to;
    }

    /// <summary>Gives a tensor of ours the values of one of libtorch's.</summary>
    /// <exception cref="TorchException">Shape or element type is not what our engine gives there.</exception>
    public static void Read(TorchTensor from, Tensor to)
    {
        torch.ScalarType element = ElementOf(to.DType);
        bool isLower = element == torch.ScalarType.Float32 && from.dtype is torch.ScalarType.BFloat16 or torch.ScalarType.Float16;
        if ((from.dtype != element && !isLower) || !from.shape.AsSpan().SequenceEqual(Lengths(to.Shape)))
        {
            throw new TorchException($"expected {to.Spec} as our engine gives it, got {from.dtype} [{string.Join(", ", from.shape)}]; this is a fault of an op's translation.");
        }

        if (to.Elements > 0)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using IDisposable still = torch.no_grad();
            from.to(element).cpu().contiguous().bytes.CopyTo(to.AsBytes());
        }
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
