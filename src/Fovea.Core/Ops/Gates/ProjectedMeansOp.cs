using Fovea.Simd.Gates;

namespace Fovea;

/// <summary>
/// What a gate of two branches begins with, in inference and one read of x: the planes' means, and
/// <c>z = ReLU(BN(W · x + b))</c> of a 1×1 convolution to few channels with the norm's running statistics. Inputs: x, W [K, C, 1, 1],
/// b [K], the norm's weight, bias, mean and variance [K]. Outputs: z [N, K, H, W], the means [N, C].
/// </summary>
internal sealed class ProjectedMeansOp(double epsilon) : FloatOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        Sample([2, 6, 5, 17], 3),
        Sample([1, 33, 9, 16], 8),
        Sample([2, 3, 8, 56], 17),
        Sample([1, 3, 50, 45], 1),
        Sample([0, 2, 3, 3], 2),
    ];

    public override string Name => "projected_means";

    public override OpAttributes Attributes => new() { { "epsilon", epsilon } };

    public override bool IsDifferentiable => false;

    public double Epsilon => epsilon;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        new OpCost((long)inputs[0].Shape.Elements * inputs[1].Shape[0], inputs[0].Shape.Elements + (2L * outputs[0].Shape.Elements));

    public Tensor[] Decompose(params Tensor[] inputs) =>
    [
        inputs[0].Conv2d(inputs[1], inputs[2]).BatchNorm(inputs[5], inputs[6], inputs[3], inputs[4], training: false, epsilon: epsilon, relu: true),
        inputs[0].GlobalAvgPool(),
    ];

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        GateShapes.CheckMaps(Name, x);
        if (x.Rank != 4 || inputs.Length != 7)
        {
            throw new ShapeException(Name, "maps [N, C, H, W] and 6 parameters", $"{x} and {inputs.Length - 1}");
        }

        Shape w = inputs[1].Shape;
        int outputs = w.Rank == 4 ? w[0] : 0;
        GateShapes.CheckParameter(Name, "the weight", [outputs, x[1], 1, 1], inputs[1], x);
        for (int i = 2; i < 7; i++)
        {
            GateShapes.CheckParameter(Name, "the bias and the norm", [outputs], inputs[i], x);
        }

        return [[x[0], outputs, x[2], x[3]], [x[0], x[1]]];
    }

    protected override void Forward<T>(ForwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        int outputs = c.InputSpec(1).Shape[0];
        Span<T> scale = c.Scratch<T>(outputs);
        Span<T> shift = c.Scratch<T>(outputs);
        NormFold.Of(c, 2, epsilon, scale, shift);
        PositionProjection.Run(
            x[0], x[1], x.Product(2, 4), c.In<T>(0), outputs, c.In<T>(1), scale, shift, relu: true, c.Out<T>(), c.Out<T>(1));
    }

    // A variance is positive.
    private static OpSample Sample(Shape x, int outputs) => new(
        new ProjectedMeansOp(1e-5), x, [outputs, x[1], 1, 1], [outputs], [outputs], [outputs], [outputs], [outputs])
    {
        Range = (0.4, 1.9),
    };
}
