using Fovea.Simd.Pooling;

namespace Fovea;

internal sealed class AdaptiveMaxPool2dOp(Size2 size) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new AdaptiveMaxPool2dOp(1), [2, 3, 5, 6]) { Distinct = true },
        new(new AdaptiveMaxPool2dOp((2, 3)), [2, 3, 4, 6]) { Distinct = true },
        new(new AdaptiveMaxPool2dOp((3, 4)), [1, 2, 7, 5]) { Distinct = true },
        new(new AdaptiveMaxPool2dOp((5, 4)), [1, 2, 3, 3]) { Distinct = true },
        new(new AdaptiveMaxPool2dOp(7), [2, 16, 30, 28]) { Distinct = true },
    ];

    public override string Name => "adaptive_max_pool2d";

    public override OpAttributes Attributes => new() { { "size", size } };

    public Size2 Size => size;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0]);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => AdaptiveSize.Infer(Name, inputs[0].Shape, size);

    protected override void Forward<T>(ForwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        Span<T> y = c.Out<T>();
        AdaptivePool.Max(
            x[0] * x[1], (x[2], x[3]), (size.Height, size.Width), c.In<T>(0), y, c.Recording ? c.Save<int>(y.Length) : default);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        int positions = size.Height * size.Width;
        MaxPool.Backward(
            x[0] * x[1], x[2] * x[3], positions, c.GradOut<T>(), c.Saved<int>(0, c.OutputSpec().Shape.Elements), c.GradIn<T>(0));
    }
}

/// <summary>Maxima over windows that fit an output size.</summary>
public static class AdaptiveMaxPool2dExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Adaptive max pooling: output row i is the maximum of the rows ⌊i·H/H′⌋ to ⌈(i + 1)·H/H′⌉ − 1, columns alike. Shapes:
        /// <c>[N, C, H, W] → [N, C, H′, W′]</c>. The gradient goes to the first of equals.
        /// </summary>
        /// <param name="size">H′ and W′, at least 1.</param>
        /// <exception cref="ShapeException">The input is not a batch of maps.</exception>
        /// <exception cref="OptionException">The size is less than 1.</exception>
        public Tensor AdaptiveMaxPool2d(Size2 size) =>
            Op.Run(new AdaptiveMaxPool2dOp(Size2.AtLeast(1, size, "adaptive_max_pool2d", "size")), x);
    }
}
