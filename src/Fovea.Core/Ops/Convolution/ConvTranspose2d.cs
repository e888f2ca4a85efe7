using Fovea.Simd.Broadcasting;
using Fovea.Simd.Conv;
using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class ConvTranspose2dOp(Size2 stride, Size2 padding, Size2 outputPadding, Size2 dilation, int groups) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new ConvTranspose2dOp(1, 0, 0, 1, 1), [2, 3, 4, 5], [3, 4, 3, 3]),
        new(new ConvTranspose2dOp(2, 1, 1, 1, 1), [1, 3, 4, 3], [3, 2, 3, 3], [2]),
        new(new ConvTranspose2dOp(2, 0, 0, 1, 1), [2, 3, 4, 4], [3, 2, 2, 2], [2]),
        new(new ConvTranspose2dOp((3, 1), (0, 2), (2, 0), (1, 2), 1), [1, 2, 3, 6], [2, 3, 2, 3], [3]),
        new(new ConvTranspose2dOp(2, 1, 0, 1, 2), [2, 4, 3, 3], [4, 3, 4, 4], [6]),
        new(new ConvTranspose2dOp(1, 0, 0, 1, 3), [1, 3, 4, 4], [3, 1, 3, 3], [3]),
        new(new ConvTranspose2dOp(2, 1, 0, 1, 1), [0, 3, 4, 4], [3, 2, 4, 4], [2]),
        new(new ConvTranspose2dOp(2, 0, 0, 1, 1), [2, 24, 12, 12], [24, 20, 2, 2], [20]),
    ];

    public override string Name => "conv_transpose2d";

    public override OpAttributes Attributes => new()
    {
        { "stride", stride }, { "padding", padding }, { "output_padding", outputPadding }, { "dilation", dilation }, { "groups", groups },
    };

    public Size2 Stride => stride;

    public Size2 Padding => padding;

    public Size2 OutputPadding => outputPadding;

    public Size2 Dilation => dilation;

    public int Groups => groups;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        Shape weight = inputs[1].Shape;
        return new((long)inputs[0].Shape.Elements * weight[1] * weight[2] * weight[3], inputs.Length > 2 ? outputs[0].Shape.Elements : 0);
    }

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        (Shape x, Shape weight) = (inputs[0].Shape, inputs[1].Shape);
        if (weight.Rank != 4 || weight[2] < 1 || weight[3] < 1)
        {
            throw new ShapeException(Name, "a weight [in, out / groups, kernel height, kernel width] with at least one tap", weight.ToString());
        }

        if (x.Rank != 4 || x[1] != weight[0])
        {
            throw new ShapeException(Name, $"[N, {weight[0]}, H, W]", x.ToString(), $"the weight {weight} takes {weight[0]} channels");
        }

        if (weight[0] % groups != 0)
        {
            throw new ShapeException(Name, $"input channels that {groups} groups divide", $"{weight[0]} in the weight {weight}",
                "change the groups or the channels");
        }

        int channels = checked(weight[1] * groups);
        if (inputs.Length > 2 && inputs[2].Shape != [channels])
        {
            throw new ShapeException(Name, $"a bias [{channels}] for the weight {weight}", inputs[2].Shape.ToString());
        }

        return
        [
            x[0], channels,
            OutLength(x, weight, 2, stride.Height, padding.Height, outputPadding.Height, dilation.Height),
            OutLength(x, weight, 3, stride.Width, padding.Width, outputPadding.Width, dilation.Width),
        ];
    }

    protected override void Forward<T>(ForwardContext c)
    {
        // The transpose of a convolution is that convolution's gradient of its input.
        ConvShape geometry = Geometry(c.OutputSpec().Shape, c.InputSpec(1).Shape);
        Span<T> y = c.Out<T>();
        Convolution.BackwardInput(geometry, c.In<T>(0), c.In<T>(1), y);
        if (c.InputCount > 2)
        {
            int plane = geometry.Height * geometry.Width;
            int[] lengths = [geometry.Batch, geometry.InChannels, plane];
            Broadcast.Run<Add, T>(lengths, y, [geometry.InChannels * plane, plane, 1], c.In<T>(2), [0, 1, 0], y, default);
        }

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
        ConvShape geometry = Geometry(c.OutputSpec().Shape, c.InputSpec(1).Shape);
        ReadOnlySpan<T> grad = c.GradOut<T>();
        if (c.Needs(0))
        {
            Convolution.Forward(geometry, grad, c.In<T>(1), default, c.GradIn<T>(0));
        }

        if (c.Needs(1))
        {
            Convolution.BackwardWeight(geometry, grad, c.In<T>(0), c.GradIn<T>(1));
        }

        if (c.Needs(2))
        {
            int plane = geometry.Height * geometry.Width;
            Broadcast.SumTo<T>([geometry.Batch, geometry.InChannels, plane], grad, [0, 1, 0], c.GradIn<T>(2));
        }
    }

    private int OutLength(Shape x, Shape weight, int axis, int step, int pad, int extra, int spread)
    {
        long length = ((x[axis] - 1L) * step) - (2L * pad) + ((long)spread * (weight[axis] - 1)) + 1 + extra;
        return x[axis] >= 1 && length >= 1
            ? checked((int)length)
            : throw new ShapeException(
                Name, "an input that leaves at least one row and column", $"{x} with the weight {weight} and padding {padding}",
                "use less padding or a larger input");
    }

    private ConvShape Geometry(Shape y, Shape weight) => new(
        y[0], y[1], y[2], y[3], weight[0], weight[2], weight[3],
        stride.Height, stride.Width, padding.Height, padding.Width, dilation.Height, dilation.Width, groups);
}

/// <summary>Transposed two-dimensional convolution.</summary>
public static class ConvTranspose2dExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Transposed two-dimensional convolution: every value of x places a copy of the kernel, <c>stride</c> apart, and what overlaps is
        /// added. Shapes: <c>x [N, C, H, W] → [N, O, H′, W′]</c>, H′ = (H − 1)·stride − 2·padding + dilation·(kernel − 1) + 1 +
        /// outputPadding.
        /// </summary>
        /// <param name="weight">[C, O / groups, kernel height, kernel width].</param>
        /// <param name="bias">[O], or null (the default) for none.</param>
        /// <param name="stride">Steps from one copy to the next, at least 1 (default 1).</param>
        /// <param name="padding">Rows and columns cut off on each side, at least 0 (default 0).</param>
        /// <param name="outputPadding">Rows and columns added at the end, at least 0 and less than the stride (default 0).</param>
        /// <param name="dilation">Steps from one tap of the kernel to the next, at least 1 (default 1).</param>
        /// <param name="groups">Independent groups of channels, at least 1; it divides C (default 1).</param>
        /// <exception cref="ShapeException">The channels do not fit the weight, or nothing would be left.</exception>
        /// <exception cref="OptionException">An option is out of its range.</exception>
        public Tensor ConvTranspose2d(
            Tensor weight, Tensor? bias = null, Size2? stride = null, Size2 padding = default, Size2 outputPadding = default,
            Size2? dilation = null, int groups = 1)
        {
            const string name = "conv_transpose2d";
            if (groups < 1)
            {
                throw new OptionException(name, $"expected at least 1 group, got {groups}.");
            }

            Size2 step = Size2.AtLeast(1, stride ?? 1, name, "stride");
            Size2.AtLeast(0, outputPadding, name, "output padding");
            if (outputPadding.Height >= step.Height || outputPadding.Width >= step.Width)
            {
                throw new OptionException(name, $"expected an output padding of less than the stride {step}, got {outputPadding}.");
            }

            var op = new ConvTranspose2dOp(
                step, Size2.AtLeast(0, padding, name, "padding"), outputPadding, Size2.AtLeast(1, dilation ?? 1, name, "dilation"), groups);
            return bias is null ? Op.Run(op, x, weight) : Op.Run(op, x, weight, bias);
        }
    }
}
