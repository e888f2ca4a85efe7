using Fovea.Simd.Gemm;

namespace Fovea;

internal sealed class GramOp : FloatOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new GramOp(), [3, 5]),
        new(new GramOp(), [2, 4, 7]),
        new(new GramOp(), [2, 3, 1, 6]),
        new(new GramOp(), [1, 1]),
        new(new GramOp(), [3, 0]),
        new(new GramOp(), [0, 3, 2]),
        new(new GramOp(), [2, 251, 33]),
    ];

    public override string Name => "gram";

    public override OpAttributes Attributes => OpAttributes.None;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        new((long)outputs[0].Shape.Elements * inputs[0].Shape[-1]) { RelationElements = outputs[0].Shape.Elements };

    public Tensor[] Decompose(params Tensor[] inputs) => [inputs[0].MatMul(inputs[0], transposeB: true)];

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        return x.Rank >= 2 ? x.With(-1, x[-2]) : throw new ShapeException(Name, "[…, rows, length]", x.ToString());
    }

    protected override void Forward<T>(ForwardContext c)
    {
        (int batch, int rows, int length) = Sizes(c.InputSpec(0).Shape);
        SymmetricProduct.Run(batch, rows, length, c.In<T>(0), c.Out<T>());
        c.SaveInput(0);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        (int batch, int rows, int length) = Sizes(c.InputSpec(0).Shape);
        ReadOnlySpan<T> grad = c.GradOut<T>();
        if (grad.IsEmpty)
        {
            c.GradIn<T>(0).Clear();
            return;
        }

        // dX = (dY + dYᵀ) X: one product instead of two.
        Span<T> both = c.Scratch<T>(grad.Length);
        SymmetricProduct.AddTransposed(batch, rows, grad, both);
        MatrixMultiply.RunBatched(
            batch, false, false, rows, length, rows, T.One, both, rows, (long)rows * rows, c.In<T>(0), length, (long)rows * length, T.Zero,
            c.GradIn<T>(0), length, (long)rows * length);
    }

    private static (int Batch, int Rows, int Length) Sizes(Shape x) => (x.Product(0, x.Rank - 2), x[-2], x[-1]);
}

/// <summary>Products of a matrix with itself.</summary>
public static class GramExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Gram matrix: <c>x xᵀ</c>, the dot products of all pairs of rows. Shapes: <c>[…, rows, length] → […, rows, rows]</c>. It is
        /// symmetric, so only the half above the diagonal is computed, and its gradient <c>(dY + dYᵀ) x</c> is one product.
        /// </summary>
        /// <exception cref="ShapeException">There are fewer than two axes.</exception>
        public Tensor Gram() => Op.Run(new GramOp(), x);
    }
}
