using Fovea.Simd.Pooling;

namespace Fovea;

internal sealed class MaxPool2dOp(PoolWindow window) : FloatOp, ISampledOp
{
    // Places within a plane are found as numbers that a float holds exactly.
    private const int LargestPlane = 1 << 24;

    public static IEnumerable<OpSample> Samples =>
    [
        Sample(new(2, 2, 0, 1, false), [2, 3, 6, 8]),
        Sample(new(3, 2, 1, 1, false), [2, 3, 7, 9]),
        Sample(new(3, 2, 1, 1, true), [1, 2, 8, 6]),
        Sample(new((1, 2), (1, 2), 0, 1, false), [1, 2, 3, 9]),
        Sample(new((3, 1), (1, 2), (1, 0), (2, 1), false), [1, 2, 9, 5]),
        Sample(new(2, 1, 0, 1, false), [2, 1, 3, 3]),
        Sample(new(1, 1, 0, 1, false), [1, 2, 1, 1]),
        Sample(new(5, 1, 2, 1, false), [1, 1, 5, 33]),
        Sample(new(2, 2, 0, 1, false), [0, 3, 4, 4]),
        Sample(new(3, 2, 1, 1, false), [2, 16, 40, 38]),
    ];

    public override string Name => "max_pool2d";

    public override OpAttributes Attributes => new()
    {
        { "kernel", window.Kernel }, { "stride", window.Stride }, { "padding", window.Padding }, { "dilation", window.Dilation },
        { "ceil_mode", window.CeilMode },
    };

    public PoolWindow Window => window;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        OpCost.PerElement(outputs[0], window.Kernel.Height * window.Kernel.Width);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        Shape y = window.Infer(Name, x);
        return (long)x[2] * x[3] <= LargestPlane
            ? y
            : throw new ShapeException(Name, $"maps of at most {LargestPlane} positions", x.ToString());
    }

    protected override void Forward<T>(ForwardContext c)
    {
        Span<T> y = c.Out<T>();
        MaxPool.Forward(window.Geometry(c.InputSpec(0).Shape), c.In<T>(0), y, c.Recording ? c.Save<int>(y.Length) : default);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        (Shape x, Shape y) = (c.InputSpec(0).Shape, c.OutputSpec().Shape);
        MaxPool.Backward(x[0] * x[1], x[2] * x[3], y[2] * y[3], c.GradOut<T>(), c.Saved<int>(0, y.Elements), c.GradIn<T>(0));
    }

    private static OpSample Sample(PoolWindow window, Shape x) => new(new MaxPool2dOp(window), x) { Distinct = true };
}

/// <summary>Maxima over windows.</summary>
public static class MaxPool2dExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Two-dimensional max pooling: the largest value of each window; padding never wins, NaN does. Shapes: <c>[N, C, H, W] → [N, C,
        /// H′, W′]</c>, H′ = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. The gradient goes to the first of equals.
        /// </summary>
        /// <param name="kernel">Rows and columns of the window, at least 1.</param>
        /// <param name="stride">Steps from one window to the next, at least 1; null (the default) for the kernel.</param>
        /// <param name="padding">Rows and columns on each side, at most half the kernel (default 0).</param>
        /// <param name="dilation">Steps within the window, at least 1 (default 1).</param>
        /// <param name="ceilMode">Whether to round up, so that a last, partly covered window counts (default false).</param>
        /// <exception cref="ShapeException">The window is larger than the padded maps.</exception>
        /// <exception cref="OptionException">An option is out of its range.</exception>
        public Tensor MaxPool2d(Size2 kernel, Size2? stride = null, Size2 padding = default, Size2? dilation = null, bool ceilMode = false) =>
            Op.Run(new MaxPool2dOp(PoolWindow.Of("max_pool2d", kernel, stride, padding, dilation, ceilMode)), x);

        /// <summary>
        /// One-dimensional max pooling, recorded as <c>max_pool2d</c> over maps of one row. Shapes: <c>[N, C, L] → [N, C, L′]</c>.
        /// </summary>
        /// <param name="kernel">Length of the window, at least 1.</param>
        /// <param name="stride">Steps from one window to the next; null (the default) for the kernel.</param>
        /// <param name="padding">Places at each end, at most half the kernel (default 0).</param>
        /// <param name="dilation">Steps within the window, at least 1 (default 1).</param>
        /// <param name="ceilMode">Whether a last, partly covered window counts (default false).</param>
        /// <exception cref="ShapeException">The window is longer than the padded input.</exception>
        /// <exception cref="OptionException">An option is out of its range.</exception>
        public Tensor MaxPool1d(int kernel, int? stride = null, int padding = 0, int dilation = 1, bool ceilMode = false)
        {
            PoolAxes.Rank("max_pool1d", x, 3);
            return PoolAxes.OneRow(x, rows => rows.MaxPool2d((1, kernel), (1, stride ?? kernel), (0, padding), (1, dilation), ceilMode));
        }

        /// <summary>
        /// Three-dimensional max pooling: first within the planes, then over depth (a maximum of maxima), recorded as two
        /// <c>max_pool2d</c>. Shapes: <c>[N, C, D, H, W] → [N, C, D′, H′, W′]</c>.
        /// </summary>
        /// <param name="kernel">Depth, rows and columns of the window, at least 1.</param>
        /// <param name="stride">Steps from one window to the next; null (the default) for the kernel.</param>
        /// <param name="padding">Places on each side, at most half the kernel (default 0).</param>
        /// <param name="ceilMode">Whether a last, partly covered window counts (default false).</param>
        /// <exception cref="ShapeException">The window is larger than the padded input.</exception>
        /// <exception cref="OptionException">An option is out of its range.</exception>
        public Tensor MaxPool3d(Size3 kernel, Size3? stride = null, Size3 padding = default, bool ceilMode = false)
        {
            PoolAxes.Rank("max_pool3d", x, 5);
            Size3 step = stride ?? kernel;
            return PoolAxes.PlanesThenDepth(
                x, kernel.Depth == 1 && step.Depth == 1,
                planes => planes.MaxPool2d(kernel.Plane, step.Plane, padding.Plane, null, ceilMode),
                depth => depth.MaxPool2d((kernel.Depth, 1), (step.Depth, 1), (padding.Depth, 0), null, ceilMode));
        }

        /// <summary>Global max pooling: <c>[N, C, …] → [N, C]</c>, the maximum over all positions.</summary>
        /// <exception cref="ShapeException">The input has fewer than three axes, or no positions.</exception>
        public Tensor GlobalMaxPool() => x.Rank >= 3
            ? x.Reshape(x.Shape[0], x.Shape[1], x.Shape.Product(2, x.Rank)).Max(2)
            : throw new ShapeException("global_max_pool", "[N, C, …positions]", x.Shape.ToString());
    }
}
