using Fovea.Simd.Pooling;

namespace Fovea;

internal sealed class AdaptiveAvgPool2dOp(Size2 size) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new AdaptiveAvgPool2dOp(1), [2, 3, 5, 6]),
        new(new AdaptiveAvgPool2dOp((2, 3)), [2, 3, 4, 6]),
        new(new AdaptiveAvgPool2dOp((3, 4)), [1, 2, 7, 5]),
        new(new AdaptiveAvgPool2dOp((5, 4)), [1, 2, 3, 3]),
        new(new AdaptiveAvgPool2dOp(7), [2, 16, 30, 28]),
    ];

    public override string Name => "adaptive_avg_pool2d";

    public override OpAttributes Attributes => new() { { "size", size } };

    public Size2 Size => size;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0]);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => AdaptiveSize.Infer(Name, inputs[0].Shape, size);

    protected override void Forward<T>(ForwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        AdaptivePool.Average(x[0] * x[1], (x[2], x[3]), (size.Height, size.Width), c.In<T>(0), c.Out<T>());
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        AdaptivePool.AverageBackward(x[0] * x[1], (x[2], x[3]), (size.Height, size.Width), c.GradOut<T>(), c.GradIn<T>(0));
    }
}

/// <summary>What the adaptive poolings refuse.</summary>
internal static class AdaptiveSize
{
    public static Shape Infer(string operation, Shape x, Size2 size) => x.Rank == 4 && x[2] > 0 && x[3] > 0
        ? [x[0], x[1], size.Height, size.Width]
        : throw new ShapeException(operation, "[N, C, H, W] with at least one row and column", x.ToString());
}

/// <summary>Means over windows that fit an output size.</summary>
public static class AdaptiveAvgPool2dExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Adaptive average pooling: output row i is the mean of the rows ⌊i·H/H′⌋ to ⌈(i + 1)·H/H′⌉ − 1, columns alike. Shapes:
        /// <c>[N, C, H, W] → [N, C, H′, W′]</c>.
        /// </summary>
        /// <param name="size">H′ and W′, at least 1.</param>
        /// <exception cref="ShapeException">The input is not a batch of maps.</exception>
        /// <exception cref="OptionException">The size is less than 1.</exception>
        public Tensor AdaptiveAvgPool2d(Size2 size) =>
            Op.Run(new AdaptiveAvgPool2dOp(Size2.AtLeast(1, size, "adaptive_avg_pool2d", "size")), x);

        /// <summary>
        /// Adaptive average pooling of one axis, recorded as <c>adaptive_avg_pool2d</c>. Shapes: <c>[N, C, L] → [N, C, L′]</c>.
        /// </summary>
        /// <param name="size">L′, at least 1.</param>
        /// <exception cref="ShapeException">The input has not three axes.</exception>
        public Tensor AdaptiveAvgPool1d(int size)
        {
            PoolAxes.Rank("adaptive_avg_pool1d", x, 3);
            return PoolAxes.OneRow(x, rows => rows.AdaptiveAvgPool2d((1, size)));
        }
    }
}
