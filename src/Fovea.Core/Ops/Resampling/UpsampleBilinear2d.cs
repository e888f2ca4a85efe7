using Fovea.Simd.Resampling;

namespace Fovea;

internal sealed class UpsampleBilinear2dOp(Size2 size, bool alignCorners) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new UpsampleBilinear2dOp((4, 6), false), [2, 3, 2, 3]),
        new(new UpsampleBilinear2dOp((4, 6), true), [2, 3, 2, 3]),
        new(new UpsampleBilinear2dOp((7, 5), false), [1, 2, 3, 4]),
        new(new UpsampleBilinear2dOp((7, 5), true), [1, 2, 3, 4]),
        new(new UpsampleBilinear2dOp((2, 3), false), [1, 2, 5, 7]),
        new(new UpsampleBilinear2dOp((2, 3), true), [1, 2, 5, 7]),
        new(new UpsampleBilinear2dOp(1, true), [1, 2, 3, 3]),
        new(new UpsampleBilinear2dOp(3, false), [1, 2, 1, 1]),
        new(new UpsampleBilinear2dOp((2, 1500), false), [1, 1, 2, 1100]),
        new(new UpsampleBilinear2dOp((40, 50), true), [2, 16, 10, 25]),
    ];

    public override string Name => "upsample_bilinear2d";

    public override OpAttributes Attributes => new() { { "size", size }, { "align_corners", alignCorners } };

    public Size2 Size => size;

    public bool AlignCorners => alignCorners;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(outputs[0], 6);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => AdaptiveSize.Infer(Name, inputs[0].Shape, size);

    protected override void Forward<T>(ForwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        BilinearResize.Run(x[0] * x[1], (x[2], x[3]), (size.Height, size.Width), alignCorners, c.In<T>(0), c.Out<T>());
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        BilinearResize.Backward(x[0] * x[1], (x[2], x[3]), (size.Height, size.Width), alignCorners, c.GradOut<T>(), c.GradIn<T>(0));
    }
}

/// <summary>Maps of another size by linear interpolation.</summary>
public static class UpsampleBilinear2dExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Bilinear resize without antialiasing, as PyTorch's: with aligned corners output i stands at input <c>i·(H − 1)/(H′ − 1)</c>,
        /// otherwise at <c>max(0, (i + ½)·H/H′ − ½)</c>; columns alike. Shapes: <c>[N, C, H, W] → [N, C, H′, W′]</c>.
        /// </summary>
        /// <param name="size">H′ and W′, at least 1.</param>
        /// <param name="alignCorners">Whether the centres of the corner pixels coincide (default false).</param>
        /// <exception cref="ShapeException">The input is not a batch of maps.</exception>
        /// <exception cref="OptionException">The size is less than 1.</exception>
        public Tensor UpsampleBilinear2d(Size2 size, bool alignCorners = false) =>
            Op.Run(new UpsampleBilinear2dOp(Size2.AtLeast(1, size, "upsample_bilinear2d", "size"), alignCorners), x);
    }
}
