using Fovea.Compilation;
using Fovea.Simd.Gemm;
using Fovea.Simd.Reductions;

namespace Fovea;

internal sealed class LinearLayerOp : FloatOp, ISampledOp, ISpecializes
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new LinearLayerOp(), [3, 4], [5, 4]),
        new(new LinearLayerOp(), [3, 4], [5, 4], [5]),
        new(new LinearLayerOp(), [4], [5, 4], [5]),
        new(new LinearLayerOp(), [2, 3, 4], [1, 4], [1]),
        new(new LinearLayerOp(), [2, 2, 2, 3], [17, 3], [17]),
        new(new LinearLayerOp(), [0, 4], [5, 4], [5]),
        new(new LinearLayerOp(), [3, 0], [5, 0], [5]),
        new(new LinearLayerOp(), [2, 90, 64], [130, 64], [130]),
    ];

    public override string Name => "linear";

    public override OpAttributes Attributes => OpAttributes.None;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        new((long)outputs[0].Shape.Elements * inputs[1].Shape[1], inputs.Length > 2 ? outputs[0].Shape.Elements : 0);

    public Fusion? Specialize(Step step) => FusedLinear.Of(step);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        (Shape x, Shape weight) = (inputs[0].Shape, inputs[1].Shape);
        if (weight.Rank != 2)
        {
            throw new ShapeException(Name, "a weight [out, in]", weight.ToString());
        }

        if (x.Rank == 0 || x[-1] != weight[1])
        {
            throw new ShapeException(Name, $"[…, {weight[1]}]", x.ToString(), $"the weight {weight} takes {weight[1]} features");
        }

        if (inputs.Length > 2 && inputs[2].Shape != [weight[0]])
        {
            throw new ShapeException(Name, $"a bias [{weight[0]}] for the weight {weight}", inputs[2].Shape.ToString());
        }

        return x.With(-1, weight[0]);
    }

    protected override void Forward<T>(ForwardContext c)
    {
        (int rows, int outs, int ins) = Sizes(c.InputSpec(0).Shape, c.InputSpec(1).Shape);
        var epilogue = new LinearEpilogue<T> { Bias = c.InputCount > 2 ? c.In<T>(2) : default };
        LinearMap.Run(rows, outs, ins, c.In<T>(0), c.In<T>(1), epilogue, c.Out<T>());
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
        (int rows, int outs, int ins) = Sizes(c.InputSpec(0).Shape, c.InputSpec(1).Shape);
        ReadOnlySpan<T> grad = c.GradOut<T>();
        if (c.Needs(0))
        {
            MatrixMultiply.Run(false, false, rows, ins, outs, T.One, grad, outs, c.In<T>(1), ins, T.Zero, c.GradIn<T>(0), ins);
        }

        if (c.Needs(1))
        {
            MatrixMultiply.Run(true, false, outs, ins, rows, T.One, grad, outs, c.In<T>(0), ins, T.Zero, c.GradIn<T>(1), ins);
        }

        if (c.Needs(2))
        {
            Reduction.Sum(1, rows, outs, grad, c.GradIn<T>(2));
        }
    }

    private static (int Rows, int Outs, int Ins) Sizes(Shape x, Shape weight) => (x.Product(0, x.Rank - 1), weight[0], weight[1]);
}

/// <summary>The affine map of a fully connected layer.</summary>
public static class LinearExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Affine map of the last axis: <c>y = x · weightᵀ + bias</c>. Shapes: <c>x [..., in] → [..., out]</c>, any number of leading axes.
        /// </summary>
        /// <param name="weight">[out, in].</param>
        /// <param name="bias">[out], or null (the default) for none.</param>
        /// <exception cref="ShapeException">The last axis is not <c>in</c>, or the bias is not <c>[out]</c>.</exception>
        public Tensor Linear(Tensor weight, Tensor? bias = null) =>
            bias is null ? Op.Run(new LinearLayerOp(), x, weight) : Op.Run(new LinearLayerOp(), x, weight, bias);
    }
}
