using Fovea.Simd.Resampling;

namespace Fovea;

internal sealed class UpsampleNearest2dOp(Size2 size) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new UpsampleNearest2dOp((4, 6)), [2, 3, 2, 3]),
        new(new UpsampleNearest2dOp((7, 5)), [1, 2, 3, 4]),
        new(new UpsampleNearest2dOp((2, 3)), [1, 2, 5, 7]),
        new(new UpsampleNearest2dOp(3), [1, 2, 1, 1]),
        new(new UpsampleNearest2dOp((40, 50)), [2, 16, 10, 25]),
    ];

    public override string Name => "upsample_nearest2d";

    public override OpAttributes Attributes => new() { { "size", size } };

    public Size2 Size => size;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.None;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => AdaptiveSize.Infer(Name, inputs[0].Shape, size);

    protected override void Forward<T>(ForwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        NearestResize.Run(x[0] * x[1], (x[2], x[3]), (size.Height, size.Width), c.In<T>(0), c.Out<T>());
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        NearestResize.Backward(x[0] * x[1], (x[2], x[3]), (size.Height, size.Width), c.GradOut<T>(), c.GradIn<T>(0));
    }
}

/// <summary>Maps of another size by repeating values.</summary>
public static class UpsampleNearest2dExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Nearest-neighbour resize: output row i is input row ⌊i·H/H′⌋, columns alike. Shapes: <c>[N, C, H, W] → [N, C, H′, W′]</c>.
        /// </summary>
        /// <param name="size">H′ and W′, at least 1.</param>
        /// <exception cref="ShapeException">The input is not a batch of maps.</exception>
        /// <exception cref="OptionException">The size is less than 1.</exception>
        public Tensor UpsampleNearest2d(Size2 size) =>
            Op.Run(new UpsampleNearest2dOp(Size2.AtLeast(1, size, "upsample_nearest2d", "size")), x);
    }
}
