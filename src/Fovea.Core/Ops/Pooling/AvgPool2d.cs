using Fovea.Simd.Pooling;

namespace Fovea;

internal sealed class AvgPool2dOp(PoolWindow window, bool countIncludePad) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new AvgPool2dOp(new(2, 2, 0, 1, false), true), [2, 3, 6, 8]),
        new(new AvgPool2dOp(new(3, 2, 1, 1, false), true), [2, 3, 7, 9]),
        new(new AvgPool2dOp(new(3, 2, 1, 1, false), false), [2, 3, 7, 9]),
        new(new AvgPool2dOp(new(3, 2, 1, 1, true), true), [1, 2, 8, 6]),
        new(new AvgPool2dOp(new(3, 2, 1, 1, true), false), [1, 2, 8, 6]),
        new(new AvgPool2dOp(new((1, 4), (1, 3), (0, 2), 1, false), true), [1, 2, 3, 9]),
        new(new AvgPool2dOp(new(7, 4, 3, 1, false), false), [1, 2, 12, 13]),
        new(new AvgPool2dOp(new(1, 1, 0, 1, false), true), [1, 2, 1, 1]),
        new(new AvgPool2dOp(new(2, 2, 0, 1, false), true), [0, 3, 4, 4]),
        new(new AvgPool2dOp(new(3, 1, 1, 1, false), true), [2, 16, 40, 38]),
    ];

    public override string Name => "avg_pool2d";

    public override OpAttributes Attributes => new()
    {
        { "kernel", window.Kernel },
        { "stride", window.Stride },
        { "padding", window.Padding },
        { "dilation", window.Dilation },
        { "ceil_mode", window.CeilMode },
        { "count_include_pad", countIncludePad },
    };

    public PoolWindow Window => window;

    public bool CountIncludePad => countIncludePad;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        OpCost.PerElement(outputs[0], window.Kernel.Height * window.Kernel.Width);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => window.Infer(Name, inputs[0].Shape);

    protected override void Forward<T>(ForwardContext c) =>
        AveragePool.Forward(window.Geometry(c.InputSpec(0).Shape), c.In<T>(0), c.Out<T>(), countIncludePad);

    protected override void Backward<T>(BackwardContext c) =>
        AveragePool.Backward(window.Geometry(c.InputSpec(0).Shape), c.GradOut<T>(), c.GradIn<T>(0), countIncludePad);
}

/// <summary>Means over windows.</summary>
public static class AvgPool2dExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Two-dimensional average pooling: the sum of each window divided by the number of its positions. Shapes:
        /// <c>[N, C, H, W] → [N, C, H′, W′]</c>, H′ = ⌊(H + 2·padding − kernel) / stride⌋ + 1.
        /// </summary>
        /// <param name="kernel">Rows and columns of the window, at least 1.</param>
        /// <param name="stride">Steps from one window to the next, at least 1; null (the default) for the kernel.</param>
        /// <param name="padding">Rows and columns of zeros on each side, at most half the kernel (default 0).</param>
        /// <param name="ceilMode">Whether to round up, so that a last, partly covered window counts (default false).</param>
        /// <param name="countIncludePad">Whether positions in the padding count (default true).</param>
        /// <exception cref="ShapeException">The window is larger than the padded maps.</exception>
        /// <exception cref="OptionException">An option is out of its range.</exception>
        public Tensor AvgPool2d(Size2 kernel, Size2? stride = null, Size2 padding = default, bool ceilMode = false, bool countIncludePad = true) =>
            Op.Run(new AvgPool2dOp(PoolWindow.Of("avg_pool2d", kernel, stride, padding, null, ceilMode), countIncludePad), x);

        /// <summary>
        /// One-dimensional average pooling, recorded as <c>avg_pool2d</c> over maps of one row. Shapes: <c>[N, C, L] → [N, C, L′]</c>.
        /// </summary>
        /// <param name="kernel">Length of the window, at least 1.</param>
        /// <param name="stride">Steps from one window to the next; null (the default) for the kernel.</param>
        /// <param name="padding">Zeros at each end, at most half the kernel (default 0).</param>
        /// <param name="ceilMode">Whether a last, partly covered window counts (default false).</param>
        /// <param name="countIncludePad">Whether places in the padding count (default true).</param>
        /// <exception cref="ShapeException">The window is longer than the padded input.</exception>
        /// <exception cref="OptionException">An option is out of its range.</exception>
        public Tensor AvgPool1d(int kernel, int? stride = null, int padding = 0, bool ceilMode = false, bool countIncludePad = true)
        {
            PoolAxes.Rank("avg_pool1d", x, 3);
            return PoolAxes.OneRow(x, rows => rows.AvgPool2d((1, kernel), (1, stride ?? kernel), (0, padding), ceilMode, countIncludePad));
        }

        /// <summary>
        /// Three-dimensional average pooling: first within the planes, then over depth (the count of a window is the product of both),
        /// recorded as two <c>avg_pool2d</c>. Shapes: <c>[N, C, D, H, W] → [N, C, D′, H′, W′]</c>.
        /// </summary>
        /// <param name="kernel">Depth, rows and columns of the window, at least 1.</param>
        /// <param name="stride">Steps from one window to the next; null (the default) for the kernel.</param>
        /// <param name="padding">Zeros on each side, at most half the kernel (default 0).</param>
        /// <param name="ceilMode">Whether a last, partly covered window counts (default false).</param>
        /// <param name="countIncludePad">Whether positions in the padding count (default true).</param>
        /// <exception cref="ShapeException">The window is larger than the padded input.</exception>
        /// <exception cref="OptionException">An option is out of its range.</exception>
        public Tensor AvgPool3d(Size3 kernel, Size3? stride = null, Size3 padding = default, bool ceilMode = false, bool countIncludePad = true)
        {
            PoolAxes.Rank("avg_pool3d", x, 5);
            Size3 step = stride ?? kernel;
            return PoolAxes.PlanesThenDepth(
                x, kernel.Depth == 1 && step.Depth == 1,
                planes => planes.AvgPool2d(kernel.Plane, step.Plane, padding.Plane, ceilMode, countIncludePad),
                depth => depth.AvgPool2d((kernel.Depth, 1), (step.Depth, 1), (padding.Depth, 0), ceilMode, countIncludePad));
        }
    }
}
