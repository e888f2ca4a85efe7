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
        ReadOnlySpan<T> x = c.In<T>(0);
        Span<T> y = c.Out<T>();
        Shape from = c.InputSpec(0).Shape;
        Shape to = c.OutputSpec().Shape;
        for (int row = 0; row < to[0] * to[1] * to[2]; row++)
        {
            ReadOnlySpan<T> source = x.Slice(SourceRow(row, from, to), from[3]);
            Span<T> target = y.Slice(row * to[3], to[3]);
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = source[i * stride];
            }
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        ReadOnlySpan<T> dy = c.GradOut<T>();
        Span<T> dx = c.GradIn<T>(0);
        dx.Clear();
        Shape from = c.InputSpec(0).Shape;
        Shape to = c.OutputSpec().Shape;
        for (int row = 0; row < to[0] * to[1] * to[2]; row++)
        {
            ReadOnlySpan<T> source = dy.Slice(row * to[3], to[3]);
            Span<T> target = dx.Slice(SourceRow(row, from, to), from[3]);
            for (int i = 0; i < source.Length; i++)
            {
                target[i * stride] = source[i];
            }
        }
    }

    /// <summary>Where the row of the input begins that row <paramref name="row"/> of the output is taken from.</summary>
    private int SourceRow(int row, Shape from, Shape to) => (row / to[2] * from[2] + row % to[2] * stride) * from[3];
}

/// <summary>Every so-many-th position.</summary>
public static class SubsampleExtensions
{
    extension(Tensor x)
    {
        /// <summary>Keeps every <paramref name="stride"/>-th row and column, from the first: <c>[N, C, H, W] → [N, C, ⌈H/s⌉, ⌈W/s⌉]</c>.</summary>
        /// <exception cref="ShapeException">The input is not a batch of maps, or the stride is below 1.</exception>
        public Tensor Subsample(int stride) => Op.Run(new SubsampleOp(stride), x);
    }
}
