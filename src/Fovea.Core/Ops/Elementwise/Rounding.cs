using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea;

/// <summary>Which whole number a value becomes.</summary>
internal enum WholeNumber
{
    /// <summary>The nearest; ties to the even one.</summary>
    Nearest,

    /// <summary>The largest that is not above.</summary>
    Below,

    /// <summary>The smallest that is not below.</summary>
    Above,
}

internal sealed class RoundingOp(WholeNumber to) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        .. Enum.GetValues<WholeNumber>().SelectMany(to => UnarySamples.Of(new RoundingOp(to), -4, 4)),
        new(new RoundingOp(WholeNumber.Nearest), [6]) { Make = (_, _) => Tensor.From([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]) },
        new(new RoundingOp(WholeNumber.Below), [3]) { Make = (_, _) => Tensor.From([-2.0, 0.0, 3.0]) },
        new(new RoundingOp(WholeNumber.Above), [3]) { Make = (_, _) => Tensor.From([-2.0, 0.0, 3.0]) },
    ];

    public override string Name => "round";

    public override OpAttributes Attributes => new() { { "to", (int)to } };

    public override bool IsDifferentiable => false;

    public WholeNumber To => to;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(outputs[0]);

    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) => true;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => inputs[0].Shape;

    protected override void Forward<T>(ForwardContext c)
    {
        switch (to)
        {
            case WholeNumber.Nearest:
                Map.Run(c.In<T>(0), c.Out<T>(), default(NearestWhole));
                break;
            case WholeNumber.Below:
                Map.Run(c.In<T>(0), c.Out<T>(), default(WholeBelow));
                break;
            default:
                Map.Run(c.In<T>(0), c.Out<T>(), default(WholeAbove));
                break;
        }
    }
}

/// <summary>Whole numbers near values.</summary>
public static class RoundingExtensions
{
    extension(Tensor x)
    {
        /// <summary>The nearest whole number, ties to even. Shapes: any → same. No gradient flows: the function is flat between its steps.</summary>
        public Tensor Round() => Op.Run(new RoundingOp(WholeNumber.Nearest), x);

        /// <summary>The largest whole number that is not above: <c>⌊x⌋</c>. Shapes: any → same. No gradient flows.</summary>
        public Tensor Floor() => Op.Run(new RoundingOp(WholeNumber.Below), x);

        /// <summary>The smallest whole number that is not below: <c>⌈x⌉</c>. Shapes: any → same. No gradient flows.</summary>
        public Tensor Ceiling() => Op.Run(new RoundingOp(WholeNumber.Above), x);
    }
}
