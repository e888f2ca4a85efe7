using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Gates;
using Fovea.Simd.Reductions;

namespace Fovea;

/// <summary>
/// What a gate of two branches begins with, in one read of x: <c>z = W · x + b</c> of a 1×1 convolution to few channels, the planes'
/// means, and the maps themselves for the gate. Inputs: x, W [K, C, 1, 1], b [K]. Outputs: z [N, K, H, W], the means [N, C], x. Backward
/// adds to the gradient that the gate leaves at x, in one sweep.
/// </summary>
internal sealed class ProjectionOp : FloatOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new ProjectionOp(), [2, 6, 5, 17], [3, 6, 1, 1], [3]),
        new(new ProjectionOp(), [1, 33, 9, 16], [8, 33, 1, 1], [8]),
        new(new ProjectionOp(), [2, 3, 4, 28], [17, 3, 1, 1], [17]),
        new(new ProjectionOp(), [1, 3, 50, 45], [1, 3, 1, 1], [1]),
        new(new ProjectionOp(), [0, 2, 3, 3], [2, 2, 1, 1], [2]),
    ];

    public override string Name => "projection";

    public override OpAttributes Attributes => OpAttributes.None;

    internal override int PassedOutput => 2;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        new((long)inputs[0].Shape.Elements * inputs[1].Shape[0], inputs[0].Shape.Elements + outputs[0].Shape.Elements);

    public Tensor[] Decompose(params Tensor[] inputs) => [inputs[0].Conv2d(inputs[1], inputs[2]), inputs[0].GlobalAvgPool(), inputs[0]];

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        GateShapes.CheckMaps(Name, x);
        if (x.Rank != 4 || inputs.Length != 3)
        {
            throw new ShapeException(Name, "maps [N, C, H, W], a weight and a bias", $"{x} and {inputs.Length - 1} parameters");
        }

        Shape w = inputs[1].Shape;
        int outputs = w.Rank == 4 ? w[0] : 0;
        GateShapes.CheckParameter(Name, "the weight", [outputs, x[1], 1, 1], inputs[1], x);
        GateShapes.CheckParameter(Name, "the bias", [outputs], inputs[2], x);
        return [[x[0], outputs, x[2], x[3]], [x[0], x[1]], x];
    }

    protected override void Forward<T>(ForwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        PositionProjection.Run(
            x[0], x[1], x.Product(2, 4), c.In<T>(0), c.InputSpec(1).Shape[0], c.In<T>(1), default, c.In<T>(2), relu: false, c.Out<T>(), c.Out<T>(1));
        GateShapes.Pass(c.In<T>(0), c.Out<T>(2));
        c.SaveInput(0);
        c.SaveInput(1);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        (int n, int channels, int positions, int outputs) = (x[0], x[1], x.Product(2, 4), c.InputSpec(1).Shape[0]);
        ReadOnlySpan<T> dz = c.HasGradOut() ? c.GradOut<T>() : Zeros<T>(c, n * outputs * positions);
        if (c.Needs(1))
        {
            ProjectionWeights.Run(n, channels, positions, outputs, c.In<T>(0), dz, c.GradIn<T>(1));
        }

        if (c.Needs(2))
        {
            Span<T> planes = c.Scratch<T>(n * outputs);
            PlanePool.Sum(n * outputs, positions, dz, planes);
            Reduction.Sum(1, n, outputs, planes, c.GradIn<T>(2));
        }

        if (c.Needs(0))
        {
            Span<T> shift = Zeros<T>(c, n * channels);
            if (c.HasGradOut(1))
            {
                Map.Run(c.GradOut<T>(1), shift, new Scale(1.0 / positions));
            }

            Span<T> dx = GateShapes.PassedGradient<T>(c, output: 2);
            PositionProjection.AddBackward(n, channels, positions, outputs, c.In<T>(1), dz, shift, dx);
        }
    }

    private static Span<T> Zeros<T>(BackwardContext c, int count)
        where T : unmanaged
    {
        Span<T> zeros = c.Scratch<T>(count);
        zeros.Clear();
        return zeros;
    }
}
