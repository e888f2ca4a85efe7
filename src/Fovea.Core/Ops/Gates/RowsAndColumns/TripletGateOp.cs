using Fovea.Simd.Drivers;
using Fovea.Simd.Gates;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>
/// <c>y[n, c, i, j] = x[n, c, i, j] · (a[n, c, j] + b[n, c, i] + g[n, i, j]) / 3</c> in one sweep that never writes the factor, and all
/// gradients in one more: how triplet attention applies its gates. Inputs: x [N, C, H, W], a [N, C, 1, W], b [N, C, H, 1], g [N, 1, H, W].
/// </summary>
internal sealed class TripletGateOp : GateOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new TripletGateOp(), [2, 3, 5, 17], [2, 3, 1, 17], [2, 3, 5, 1], [2, 1, 5, 17]),
        new(new TripletGateOp(), [1, 70, 3, 16], [1, 70, 1, 16], [1, 70, 3, 1], [1, 1, 3, 16]),
        new(new TripletGateOp(), [2, 1, 1, 1], [2, 1, 1, 1], [2, 1, 1, 1], [2, 1, 1, 1]),
        new(new TripletGateOp(), [0, 2, 3, 3], [0, 2, 1, 3], [0, 2, 3, 1], [0, 1, 3, 3]),
    ];

    public override string Name => "triple_gate";

    public override OpAttributes Attributes => OpAttributes.None;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0], 4);

    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) => input == 0;

    public Tensor[] Decompose(params Tensor[] inputs) => [inputs[0] * (inputs[1] + inputs[2] + inputs[3]) / 3];

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        if (x.Rank != 4 || inputs.Length != 4)
        {
            throw new ShapeException(Name, "maps [N, C, H, W] and three gates", $"{x} and {inputs.Length - 1}");
        }

        GateShapes.CheckParameter(Name, "a gate for each channel and column", [x[0], x[1], 1, x[3]], inputs[1], x);
        GateShapes.CheckParameter(Name, "a gate for each channel and row", [x[0], x[1], x[2], 1], inputs[2], x);
        GateShapes.CheckParameter(Name, "a gate for each position", [x[0], 1, x[2], x[3]], inputs[3], x);
        return x;
    }

    protected internal override void Forward<T>(ForwardContext c, Epilogue<T> end)
    {
        Shape x = c.InputSpec(0).Shape;
        TripleGate.Scale(x[0], x[1], x[2], x[3], c.In<T>(0), c.In<T>(1), c.In<T>(2), c.In<T>(3), c.Out<T>(), StreamingStores.Pay<T>(x.Elements), end);
        for (int i = 0; i < 4; i++)
        {
            c.SaveInput(i);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        TripleGate.Backward(
            x[0], x[1], x[2], x[3], c.In<T>(0), c.GradOut<T>(), c.In<T>(1), c.In<T>(2), c.In<T>(3),
            Gradient<T>(c, 0), Gradient<T>(c, 1), Gradient<T>(c, 2), Gradient<T>(c, 3));
    }

    private static Span<T> Gradient<T>(BackwardContext c, int input)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        c.Needs(input) ? c.GradIn<T>(input) : c.Scratch<T>(c.InputSpec(input).Shape.Elements);
}
