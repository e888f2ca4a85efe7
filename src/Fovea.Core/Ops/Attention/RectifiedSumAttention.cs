using Kernel = Fovea.Simd.Attention.RectifiedSumAttention;

namespace Fovea;

/// <summary>Inputs: the queries' numbers, the keys' numbers, the values.</summary>
internal sealed class RectifiedSumAttentionOp(double factor) : FloatOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new RectifiedSumAttentionOp(1), [2, 3], [2, 5], [2, 4, 5]),
        new(new RectifiedSumAttentionOp(0.25), [1, 9], [1, 9], [1, 2, 9]),
        new(new RectifiedSumAttentionOp(2), [3, 1], [3, 1], [3, 1, 1]),
        new(new RectifiedSumAttentionOp(1), [2, 17], [2, 6], [2, 19, 6]),
        new(new RectifiedSumAttentionOp(1), [0, 3], [0, 5], [0, 2, 5]),
        new(new RectifiedSumAttentionOp(1), [2, 3], [2, 0], [2, 2, 0]),
        new(new RectifiedSumAttentionOp(1), [2, 0], [2, 3], [2, 2, 3]),
        new(new RectifiedSumAttentionOp(0.01), [2, 130], [2, 140], [2, 33, 140]),
    ];

    public override string Name => "rectified_sum_attention";

    public override OpAttributes Attributes => new() { { "factor", factor } };

    public double Factor => factor;

    // One pass over queries and keys for each channel.
    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        new((long)outputs[0].Shape.Elements + inputs[2].Shape.Elements, (long)outputs[0].Shape.Elements + inputs[2].Shape.Elements)
        {
            RelationElements = (long)inputs[0].Shape.Elements * inputs[1].Shape[1],
        };

    public Tensor[] Decompose(params Tensor[] inputs) =>
        [inputs[2].MatMul((inputs[0].Unsqueeze(2) + inputs[1].Unsqueeze(1)).Relu(), transposeB: true) * factor];

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        (Shape a, Shape b, Shape v) = (inputs[0].Shape, inputs[1].Shape, inputs[2].Shape);
        if (a.Rank != 2 || b.Rank != 2 || v.Rank != 3 || a[0] != b[0] || v[0] != b[0] || v[2] != b[1])
        {
            throw new ShapeException(Name, "queries [B, Nq], keys [B, Nk] and values [B, C, Nk]", $"{a}, {b} and {v}");
        }

        return [a[0], v[1], a[1]];
    }

    protected override void Forward<T>(ForwardContext c)
    {
        Shape v = c.InputSpec(2).Shape;
        if (v[0] > 0)
        {
            Kernel.Forward(v[0], v[1], factor, c.In<T>(0), c.In<T>(1), c.In<T>(2), c.Out<T>());
        }

        c.SaveInput(0);
        c.SaveInput(1);
        c.SaveInput(2);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape v = c.InputSpec(2).Shape;
        if (v[0] > 0)
        {
            Kernel.Backward(
                v[0], v[1], factor, c.In<T>(0), c.In<T>(1), c.In<T>(2), c.GradOut<T>(), c.GradIn<T>(0), c.GradIn<T>(1), c.GradIn<T>(2));
        }
    }
}

/// <summary>Attention whose weights are rectified sums.</summary>
public static class RectifiedSumAttentionExtensions
{
    extension(Tensor query)
    {
        /// <summary>
        /// <c>y_i = factor · Σ_j max(0, query_i + key_j) · value_j</c>: the relation of non-local networks' concatenation, whose weights are a
        /// rectified linear function of query and key. Shapes: query <c>[B, Nq]</c>, key <c>[B, Nk]</c>, value <c>[B, C, Nk]</c> →
        /// <c>[B, C, Nq]</c>. Keys are sorted and summed once for all queries, so time and memory grow with the positions, not their square.
        /// </summary>
        /// <param name="key">One number a key.</param>
        /// <param name="value">What is summed.</param>
        /// <param name="factor">Such as 1 / Nk (default 1).</param>
        /// <exception cref="ShapeException">The shapes do not fit one another.</exception>
        public Tensor RectifiedSumAttention(Tensor key, Tensor value, double factor = 1) =>
            Op.Run(new RectifiedSumAttentionOp(factor), query, key, value);
    }
}
