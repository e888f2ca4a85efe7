namespace Fovea;

internal sealed class MatMulOp(bool transposeA, bool transposeB) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new MatMulOp(false, false), [3, 4], [4, 5]),
        new(new MatMulOp(false, false), [1, 1], [1, 1]),
        new(new MatMulOp(true, false), [4, 3], [4, 5]),
        new(new MatMulOp(false, true), [3, 4], [5, 4]),
        new(new MatMulOp(true, true), [4, 3], [5, 4]),
        new(new MatMulOp(false, false), [2, 3, 4], [2, 4, 5]),
        new(new MatMulOp(true, false), [2, 3, 4, 2], [2, 3, 4, 5]),
        new(new MatMulOp(false, true), [2, 3, 2, 4], [2, 3, 5, 4]),
        new(new MatMulOp(true, true), [2, 4, 3], [2, 5, 4]),
        new(new MatMulOp(false, false), [3, 2, 4], [4, 5]),
        new(new MatMulOp(true, false), [3, 4, 2], [4, 5]),
        new(new MatMulOp(false, true), [2, 4], [3, 5, 4]),
        new(new MatMulOp(false, false), [2, 1, 3, 4], [1, 3, 4, 2]),
        new(new MatMulOp(true, true), [1, 2, 4, 3], [3, 1, 2, 4]),
        new(new MatMulOp(false, false), [2, 1, 2, 3, 4], [3, 1, 4, 2]),
        new(new MatMulOp(false, false), [0, 4], [4, 5]),
        new(new MatMulOp(false, false), [3, 0], [0, 5]),
        new(new MatMulOp(false, false), [0, 3, 4], [4, 5]),
        new(new MatMulOp(false, false), [130, 67], [67, 99]),
        new(new MatMulOp(false, true), [3, 70, 40], [3, 65, 40]),
    ];

    public override string Name => "matmul";

    public override OpAttributes Attributes => new() { { "transpose_a", transposeA }, { "transpose_b", transposeB } };

    public bool TransposeA => transposeA;

    public bool TransposeB => transposeB;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        new((long)outputs[0].Shape.Elements * inputs[0].Shape[transposeA ? -2 : -1]);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        (Shape a, Shape b) = (inputs[0].Shape, inputs[1].Shape);
        if (a.Rank < 2 || b.Rank < 2)
        {
            throw new ShapeException(Name, "two tensors of at least two axes", $"{a} and {b}", "reshape a vector to one row or one column");
        }

        (int m, int k) = transposeA ? (a[-1], a[-2]) : (a[-2], a[-1]);
        (int other, int n) = transposeB ? (b[-1], b[-2]) : (b[-2], b[-1]);
        if (k != other)
        {
            throw new ShapeException(Name, $"{Pattern(transposeA, "m", "k")} and {Pattern(transposeB, "k", "n")}", $"{a} and {b}",
                $"k is {k} in the first and {other} in the second");
        }

        Shape batch = BroadcastShapes.Infer(Name, [.. a.Lengths[..^2]], [.. b.Lengths[..^2]]);
        return [.. batch.Lengths, m, n];
    }

    protected override void Forward<T>(ForwardContext c)
    {
        (int m, int n, int k) = Sizes(c.InputSpec(0).Shape, c.OutputSpec().Shape);
        BatchAxes batch = c.Once(this, static (_, c) => BatchAxes.Of(c.InputSpec(0).Shape, c.InputSpec(1).Shape, c.OutputSpec().Shape));
        batch.Run(transposeA, transposeB, m, n, k, c.In<T>(0), 0, c.In<T>(1), 1, c.Out<T>(), 2);
        if (c.Needs(1))
        {
            c.SaveInput(0);
        }

        if (c.Needs(0))
        {
            c.SaveInput(1);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        (int m, int n, int k) = Sizes(c.InputSpec(0).Shape, c.OutputSpec().Shape);
        BatchAxes batch = BatchAxes.Of(c.InputSpec(0).Shape, c.InputSpec(1).Shape, c.OutputSpec().Shape);
        ReadOnlySpan<T> grad = c.GradOut<T>();

        // With C = A·B: dA = dC·Bᵀ and dB = Aᵀ·dC; a factor stored transposed takes the transposed equation.
        if (c.Needs(0) && transposeA)
        {
            batch.Run(transposeB, true, k, m, n, c.In<T>(1), 1, grad, 2, c.GradIn<T>(0), 0);
        }
        else if (c.Needs(0))
        {
            batch.Run(false, !transposeB, m, k, n, grad, 2, c.In<T>(1), 1, c.GradIn<T>(0), 0);
        }

        if (c.Needs(1) && transposeB)
        {
            batch.Run(true, transposeA, n, k, m, grad, 2, c.In<T>(0), 0, c.GradIn<T>(1), 1);
        }
        else if (c.Needs(1))
        {
            batch.Run(!transposeA, false, k, n, m, c.In<T>(0), 0, grad, 2, c.GradIn<T>(1), 1);
        }
    }

    private static string Pattern(bool transposed, string rows, string columns) => transposed ? $"[…, {columns}, {rows}]" : $"[…, {rows}, {columns}]";

    private (int M, int N, int K) Sizes(Shape a, Shape result) => (result[-2], result[-1], a[transposeA ? -2 : -1]);
}

/// <summary>Matrix products.</summary>
public static class MatMulExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Matrix product: <c>op(x) · op(other)</c> over the last two axes, where op transposes or does nothing. Shapes:
        /// <c>[…, m, k] · […, k, n] → […, m, n]</c>; the leading axes broadcast.
        /// </summary>
        /// <param name="other">The right factor.</param>
        /// <param name="transposeA">Whether this tensor is stored as <c>[…, k, m]</c> (default false); nothing is copied.</param>
        /// <param name="transposeB">Whether <paramref name="other"/> is stored as <c>[…, n, k]</c> (default false).</param>
        /// <exception cref="ShapeException">
        /// The inner lengths differ, the leading axes do not broadcast, or an operand has fewer than two axes.
        /// </exception>
        public Tensor MatMul(Tensor other, bool transposeA = false, bool transposeB = false) =>
            Op.Run(new MatMulOp(transposeA, transposeB), x, other);
    }
}
