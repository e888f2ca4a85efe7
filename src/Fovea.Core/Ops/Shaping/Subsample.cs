using Fovea.Simd.Drivers;

namespace Fovea;

internal sealed class SubsampleOp(int stride) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
        [new(new SubsampleOp(2), [2, 3, 5, 4]), new(new SubsampleOp(3), [1, 2, 7, 9]), new(new SubsampleOp(2), [2, 1, 1, 1])];

    public override string Name => "subsample";

    public int Stride => stride;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.None;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        return x.Rank == 4 && stride >= 1
            ? [x[0], x[1], (x[2] + stride - 1) / stride, (x[3] + stride - 1) / stride]
            : throw new ShapeException(Name, "[N, C, H, W] and a stride of at least 1", $"{x} and {stride}");
    }

    protected override void Forward<T>(ForwardContext c)
    {
        Shape to = c.OutputSpec().Shape;
        Strides.Read(to, c.In<T>(0), 0, Steps(c.InputSpec(0).Shape, to), c.Out<T>());
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape to = c.OutputSpec().Shape;
        Span<T> dx = c.GradIn<T>(0);
        Fill.Run(dx, T.Zero);
        Strides.Write(to, c.GradOut<T>(), dx, 0, Steps(c.InputSpec(0).Shape, to));
    }

    // An axis that keeps one place never takes its step, which may be past the end of the numbers.
    private int[] Steps(Shape from, Shape to) =>
        [from[1] * from[2] * from[3], from[2] * from[3], to[2] > 1 ? stride * from[3] : 0, to[3] > 1 ? stride : 0];
}

/// <summary>Every so-many-th position.</summary>
public static class SubsampleExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Keeps every <paramref name="stride"/>-th row and column, from the first: <c>[N, C, H, W] → [N, C, ⌈H/s⌉, ⌈W/s⌉]</c>.
        /// </summary>
        /// <exception cref="ShapeException">The input is not a batch of maps, or the stride is below 1.</exception>
        public Tensor Subsample(int stride) => Op.Run(new SubsampleOp(stride), x);
    }
}
