using Fovea.Simd.Drivers;
using Fovea.Simd.Gates;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>
/// <c>y[n, c, i, j] = x[n, c, i, j] · rows[n, c, i] · columns[n, c, j]</c> in one sweep, and all gradients in one more. Inputs: x
/// [N, C, H, W], rows [N, C, H, 1], columns [N, C, 1, W].
/// </summary>
internal sealed class RowColumnGateOp : GateOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new RowColumnGateOp(), [2, 3, 5, 17], [2, 3, 5, 1], [2, 3, 1, 17]),
        new(new RowColumnGateOp(), [1, 2, 16, 16], [1, 2, 16, 1], [1, 2, 1, 16]),
        new(new RowColumnGateOp(), [1, 2, 7, 56], [1, 2, 7, 1], [1, 2, 1, 56]),
        new(new RowColumnGateOp(), [1, 18, 6, 28], [1, 18, 6, 1], [1, 18, 1, 28]),
        new(new RowColumnGateOp(), [2, 1, 1, 1], [2, 1, 1, 1], [2, 1, 1, 1]),
        new(new RowColumnGateOp(), [0, 2, 3, 3], [0, 2, 3, 1], [0, 2, 1, 3]),
    ];

    public override string Name => "row_column_gate";

    public override OpAttributes Attributes => OpAttributes.None;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0], 2);

    public Tensor[] Decompose(params Tensor[] inputs) => [inputs[0] * inputs[1] * inputs[2]];

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        if (x.Rank != 4 || x[2] == 0 || x[3] == 0 || inputs.Length != 3)
        {
            throw new ShapeException(Name, "maps [N, C, H, W] of at least one position, rows and columns", $"{x} and {inputs.Length - 1} gates");
        }

        GateShapes.CheckParameter(Name, "a gate for each row", [x[0], x[1], x[2], 1], inputs[1], x);
        GateShapes.CheckParameter(Name, "a gate for each column", [x[0], x[1], 1, x[3]], inputs[2], x);
        return x;
    }

    protected internal override void Forward<T>(ForwardContext c, Epilogue<T> end)
    {
        Shape x = c.InputSpec(0).Shape;
        RowColumnGate.Scale(x[0] * x[1], x[2], x[3], c.In<T>(0), c.In<T>(1), c.In<T>(2), c.Out<T>(), StreamingStores.Pay<T>(x.Elements), end);
        c.SaveInput(0);
        c.SaveInput(1);
        c.SaveInput(2);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        int planes = x[0] * x[1];
        RowColumnGate.Backward(
            planes, x[2], x[3], c.In<T>(0), c.GradOut<T>(), c.In<T>(1), c.In<T>(2), c.Needs(0) ? c.GradIn<T>(0) : default,
            c.Needs(1) ? c.GradIn<T>(1) : c.Scratch<T>(planes * x[2]), c.Needs(2) ? c.GradIn<T>(2) : c.Scratch<T>(planes * x[3]));
    }
}
