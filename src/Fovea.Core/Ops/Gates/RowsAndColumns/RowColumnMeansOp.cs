using Fovea.Simd.Gates;

namespace Fovea;

/// <summary>
/// The means of every row, then of every column, of every plane, in one read: [N, C, H, W] → [N, C, H + W], and the maps themselves for
/// those who scale them. Backward adds to the gradient that those leave.
/// </summary>
internal sealed class RowColumnMeansOp : FloatOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new RowColumnMeansOp(), [2, 3, 5, 17]),
        new(new RowColumnMeansOp(), [1, 2, 16, 16]),
        new(new RowColumnMeansOp(), [1, 2, 7, 56]),
        new(new RowColumnMeansOp(), [1, 3, 5, 112]),
        new(new RowColumnMeansOp(), [2, 1, 1, 1]),
        new(new RowColumnMeansOp(), [0, 2, 3, 3]),
    ];

    public override string Name => "row_column_means";

    public override OpAttributes Attributes => OpAttributes.None;

    internal override int PassedOutput => 1;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0], 2);

    public Tensor[] Decompose(params Tensor[] inputs) => [Tensor.Concat([inputs[0].Mean([3]), inputs[0].Mean([2])], 2), inputs[0]];

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        return x.Rank == 4 && x[2] > 0 && x[3] > 0
            ? [[x[0], x[1], x[2] + x[3]], x]
            : throw new ShapeException(Name, "maps [N, C, H, W] of at least one position", x.ToString());
    }

    protected override void Forward<T>(ForwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        RowColumnGate.Means(x[0] * x[1], x[2], x[3], c.In<T>(0), c.Out<T>());
        GateShapes.Pass(c.In<T>(0), c.Out<T>(1));
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        Span<T> dx = GateShapes.PassedGradient<T>(c, output: 1);
        if (c.HasGradOut())
        {
            RowColumnGate.AddMeansBackward(x[0] * x[1], x[2], x[3], c.GradOut<T>(), dx);
        }
    }
}
