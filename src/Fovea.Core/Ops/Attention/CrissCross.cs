using Fovea.Simd.Attention;
using Kernel = Fovea.Simd.Attention.CrissCross;

namespace Fovea;

internal sealed class CrissCrossOp : FloatOp, ISampledOp, IDecomposable
{
    // Queries, keys, values, the map that the result is added to, γ. Beside the result comes what the softmax left behind, [2, N, H, W]:
    // the largest logit of each position, and one over the sum of its exponentials.
    public static IEnumerable<OpSample> Samples =>
    [
        Sample(2, 3, 4, 5, 7),
        Sample(1, 2, 5, 1, 6),
        Sample(2, 1, 3, 6, 1),
        Sample(3, 2, 2, 1, 1),
        Sample(1, 4, 9, 3, 17),
        Sample(1, 2, 3, 19, 33),
        Sample(1, 3, 130, 4, 5),
        Sample(1, 2, 3, 131, 9),
        Sample(0, 2, 3, 4, 5),
        Sample(2, 2, 0, 3, 3),
        Sample(2, 0, 2, 3, 4),
        Sample(2, 2, 3, 0, 4),
    ];

    public override string Name => "criss_cross";

    public override OpAttributes Attributes => OpAttributes.None;

    public override bool IsOutputDifferentiable(int output) => output == 0;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        CrissCrossShape s = Sizes(inputs[0].Shape, inputs[2].Shape);
        long pairs = (long)s.Batch * s.Positions * Math.Max(0, s.Height + s.Width - 1);
        return new(pairs * (s.Depth + s.Channels), (pairs * 11) + (2L * outputs[0].Shape.Elements)) { RelationElements = pairs };
    }

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        (Tensor q, Tensor k, Tensor v, Tensor x, Tensor gamma) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4]);
        (int h, int w) = (q.Shape[2], q.Shape[3]);

        // A position is in its row already: in its column it is left out.
        Tensor itself = Tensor.From([.. Enumerable.Range(0, h * h).Select(i => i / h == i % h)], [h, h]);
        Tensor rows = q.Permute(0, 2, 3, 1).MatMul(k.Permute(0, 2, 1, 3));
        Tensor columns = q.Permute(0, 3, 2, 1).MatMul(k.Permute(0, 3, 1, 2)).MaskedFill(itself, double.NegativeInfinity).Permute(0, 2, 1, 3);
        Tensor[] weights = Tensor.Concat([rows, columns], 3).Softmax(3).Split([w, h], 3);
        Tensor attended = weights[0].MatMul(v.Permute(0, 2, 3, 1)) + weights[1].Permute(0, 2, 1, 3).MatMul(v.Permute(0, 3, 2, 1)).Permute(0, 2, 1, 3);
        return [x + attended.Permute(0, 3, 1, 2) * gamma.Reshape()];
    }

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        (Shape q, Shape k, Shape v, Shape x, Shape gamma) = (inputs[0].Shape, inputs[1].Shape, inputs[2].Shape, inputs[3].Shape, inputs[4].Shape);
        if (q.Rank != 4)
        {
            throw new ShapeException(Name, "queries [N, D, H, W]", q.ToString());
        }

        if (k != q)
        {
            throw new ShapeException(Name, $"keys of the queries' shape {q}", k.ToString());
        }

        if (v.Rank != 4 || v.With(1, 0) != q.With(1, 0))
        {
            throw new ShapeException(Name, $"values [{q[0]}, C, {q[2]}, {q[3]}] for the queries {q}", v.ToString());
        }

        if (x != v)
        {
            throw new ShapeException(Name, $"a map to add to of the values' shape {v}", x.ToString());
        }

        return gamma.Elements == 1 ? [v, [2, q[0], q[2], q[3]]] : throw new ShapeException(Name, "one number for gamma", gamma.ToString());
    }

    protected override void Forward<T>(ForwardContext c)
    {
        CrissCrossShape shape = Sizes(c.InputSpec(0).Shape, c.InputSpec(2).Shape);
        Span<T> attended = c.Recording ? c.Save<T>(c.OutputSpec().Shape.Elements) : default;
        Kernel.Forward(shape, c.In<T>(0), c.In<T>(1), c.In<T>(2), c.In<T>(3), c.In<T>(4)[0], c.Out<T>(), attended, c.Out<T>(1));
        c.SaveInput(0);
        c.SaveInput(1);
        c.SaveInput(2);
        c.SaveInput(4);
        c.SaveOutput(1);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        CrissCrossShape shape = Sizes(c.InputSpec(0).Shape, c.InputSpec(2).Shape);
        Span<T> dq = c.Needs(0) ? c.GradIn<T>(0) : default;
        Span<T> dk = c.Needs(1) ? c.GradIn<T>(1) : default;
        T gamma = Kernel.Backward(
            shape, c.In<T>(0), c.In<T>(1), c.In<T>(2), c.In<T>(4)[0], c.Saved<T>(0, c.OutputSpec().Shape.Elements), c.Out<T>(1),
            c.GradOut<T>(), dq, dk, c.Needs(2) ? c.GradIn<T>(2) : default);
        if (shape.Positions == 1)
        {
            // A softmax over one position is 1 whatever the logit; what the kernel leaves is rounding.
            dq.Clear();
            dk.Clear();
        }

        if (c.Needs(3))
        {
            c.PassGradOut(3);
        }

        if (c.Needs(4))
        {
            c.GradIn<T>(4)[0] = gamma;
        }
    }

    private static OpSample Sample(int n, int d, int c, int h, int w) => new(new CrissCrossOp(), [n, d, h, w], [n, d, h, w], [n, c, h, w], [n, c, h, w], [1]);

    private static CrissCrossShape Sizes(Shape q, Shape v) => new(q[0], q[1], v[1], q[2], q[3]);
}

/// <summary>Attention along rows and columns.</summary>
public static class CrissCrossExtensions
{
    extension(Tensor queries)
    {
        /// <summary>
        /// Criss-cross attention (CCNet): each position attends to its row and its column with one unscaled softmax over the H + W − 1
        /// positions, and <c>y = x + γ · Σ_j softmax_j(q·k_j) v_j</c>. No logits are kept: memory grows with the positions alone. Shapes:
        /// <c>q, k: [N, D, H, W]</c>, <c>v, x: [N, C, H, W]</c>, <c>γ: [1]</c> → <c>[N, C, H, W]</c>.
        /// </summary>
        /// <param name="keys">As the queries.</param>
        /// <param name="values">What is gathered.</param>
        /// <param name="residual">What the result is added to, as the values.</param>
        /// <param name="gamma">One number.</param>
        /// <exception cref="ShapeException">The shapes do not fit one another.</exception>
        public Tensor CrissCross(Tensor keys, Tensor values, Tensor residual, Tensor gamma) =>
            queries.CrissCrossWithStatistics(keys, values, residual, gamma).Output;

        /// <summary>The same, with what the softmax left behind for relation maps.</summary>
        internal (Tensor Output, Tensor Statistics) CrissCrossWithStatistics(Tensor keys, Tensor values, Tensor residual, Tensor gamma)
        {
            Tensor[] outputs = Op.RunAll(new CrissCrossOp(), queries, keys, values, residual, gamma);
            return (outputs[0], outputs[1]);
        }
    }
}
