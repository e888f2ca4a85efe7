using Fovea.Simd.Copying;

namespace Fovea;

internal sealed class SubsampleOp(int stride, int before = 0, int after = 0) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new SubsampleOp(2), [2, 3, 5, 4]),
        new(new SubsampleOp(3), [1, 2, 7, 9]),
        new(new SubsampleOp(2), [2, 1, 1, 1]),
        new(new SubsampleOp(2, 1, 2), [2, 3, 4, 70]),
        new(new SubsampleOp(1, 2, 0), [2, 2, 3, 3]),
        new(new SubsampleOp(2, 3, 3), [1, 1, 33, 65]),
        new(new SubsampleOp(2, 1, 1), [0, 2, 4, 4]),
    ];

    public override string Name => "subsample";

    public override OpAttributes Attributes => new() { { "stride", stride }, { "before", before }, { "after", after } };

    public int Stride => stride;

    /// <summary>Channels of zeros in front.</summary>
    public int Before => before;

    /// <summary>Channels of zeros behind.</summary>
    public int After => after;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.None;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        return x.Rank == 4 && stride >= 1 && Math.Min(before, after) >= 0
            ? [x[0], checked(before + x[1] + after), (x[2] + stride - 1) / stride, (x[3] + stride - 1) / stride]
            : throw new ShapeException(Name, "[N, C, H, W], a stride of at least 1 and no negative number of channels", $"{x}, {stride}, {before} and {after}");
    }

    protected override void Forward<T>(ForwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        Subsample.Forward(x[0], x[1], x[2], x[3], stride, before, after, c.In<T>(0), c.Out<T>());
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        Subsample.Backward(x[0], x[1], x[2], x[3], stride, before, after, c.GradOut<T>(), c.GradIn<T>(0));
    }
}

/// <summary>Every so-many-th position.</summary>
public static class SubsampleExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Keeps every <paramref name="stride"/>-th row and column, from the first, and puts channels of zeros around: the shortcut without
        /// parameters of residual networks. Shapes: <c>[N, C, H, W] → [N, before + C + after, ⌈H/s⌉, ⌈W/s⌉]</c>.
        /// </summary>
        /// <param name="stride">Rows and columns from one that stays to the next, at least 1.</param>
        /// <param name="channelsBefore">Channels of zeros in front (default 0).</param>
        /// <param name="channelsAfter">Channels of zeros behind (default 0).</param>
        /// <exception cref="ShapeException">The input is not a batch of maps, the stride is below 1, or a number of channels is negative.</exception>
        public Tensor Subsample(int stride, int channelsBefore = 0, int channelsAfter = 0) =>
            Op.Run(new SubsampleOp(stride, channelsBefore, channelsAfter), x);
    }
}
