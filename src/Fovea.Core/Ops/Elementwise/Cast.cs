using System.Numerics;
using System.Runtime.InteropServices;

namespace Fovea;

internal sealed class CastOp(DType target) : Op, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new CastOp(DType.Float64), [3, 5]),
        new(new CastOp(DType.Int64), [2, 9]) { Range = (-4, 4) },
        new(new CastOp(DType.UInt8), [9]) { Range = (-1.5, 300) },
        new(new CastOp(DType.Bool), [5]) { Make = (_, _) => Tensor.From([-1.0, 0.0, 0.5, 2.0, 0.0]) },
        new(new CastOp(DType.Float64), [4]) { Make = (_, _) => Tensor.From([-3L, 0, 5, 70]) },
        new(new CastOp(DType.Float64), [3]) { Make = (_, _) => Tensor.From([true, false, true]) },
        new(new CastOp(DType.Int64), [3]) { Make = (_, _) => Tensor.From([(byte)0, (byte)7, (byte)255]) },
    ];

    public override string Name => "cast";

    public override OpAttributes Attributes => new() { { "target", (int)target } };

    public override bool IsDifferentiable => target.IsFloating();

    public DType Target => target;

    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs) => inputs[0].DType.IsStoredOnly() || target.IsStoredOnly()
        ? throw new DTypeException(Name, "types that ops compute in", $"{inputs[0].DType} to {target}")
        : [inputs[0] with { DType = target }];

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(outputs[0]);

    protected internal override void Forward(ForwardContext c)
    {
        switch (c.InputSpec(0).DType)
        {
            case DType.Float32:
                Write(c.In<float>(0), c);
                break;
            case DType.Float64:
                Write(c.In<double>(0), c);
                break;
            case DType.Int64:
                Write(c.In<long>(0), c);
                break;
            case DType.UInt8:
                Write(c.In<byte>(0), c);
                break;
            default:
                // A bool is a byte of 0 or 1.
                Write(MemoryMarshal.AsBytes(c.In<bool>(0)), c);
                break;
        }
    }

    protected internal override void Backward(BackwardContext c)
    {
        switch (c.InputSpec(0).DType, target)
        {
            case (DType.Float32, DType.Float32):
            case (DType.Float64, DType.Float64):
                c.PassGradOut(0);
                break;
            case (DType.Float32, _):
                DTypeConversion.Convert(c.GradOut<double>(), c.GradIn<float>(0));
                break;
            default:
                DTypeConversion.Convert(c.GradOut<float>(), c.GradIn<double>(0));
                break;
        }
    }

    private void Write<T>(ReadOnlySpan<T> from, ForwardContext c)
        where T : unmanaged, INumber<T>
    {
        switch (target)
        {
            case DType.Float32:
                DTypeConversion.Convert(from, c.Out<float>());
                break;
            case DType.Float64:
                DTypeConversion.Convert(from, c.Out<double>());
                break;
            case DType.Int64:
                DTypeConversion.Convert(from, c.Out<long>());
                break;
            case DType.UInt8:
                DTypeConversion.Convert(from, c.Out<byte>());
                break;
            default:
                DTypeConversion.Convert(from, c.Out<bool>());
                break;
        }
    }
}

/// <summary>Other element types, on the tape and in compiled models.</summary>
public static class CastExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// The same values in another element type: floats to integers truncate and saturate, anything but zero is true. Shapes: any → same.
        /// Gradients flow between the floating-point types. <see cref="Tensor.To"/> does the same outside of the tape.
        /// </summary>
        /// <param name="dtype">The element type; the tensor itself comes back when it has it.</param>
        public Tensor Cast(DType dtype) => dtype == x.DType ? x : Op.Run(new CastOp(dtype), x);
    }
}
