namespace Fovea;

internal sealed class PadOp((int Before, int After)[] widths) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new PadOp([(1, 2)]), [5]),
        new(new PadOp([(0, 0), (2, 1), (0, 0), (0, 0)]), [2, 3, 4, 2]),
        new(new PadOp([(1, 0), (0, 2), (3, 1)]), [2, 3, 4]),
        new(new PadOp([(1, 1), (0, 0)]), [0, 3]),
    ];

    public override string Name => "pad";

    public (int Before, int After)[] Widths => widths;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.None;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        if (x.Rank != widths.Length || widths.Any(w => w.Before < 0 || w.After < 0))
        {
            throw new ShapeException(Name, $"{widths.Length} axes and widths of at least 0", $"{x} and [{string.Join(", ", widths)}]");
        }

        return new Shape([.. widths.Select((w, axis) => checked(x[axis] + w.Before + w.After))]);
    }

    protected override void Forward<T>(ForwardContext c)
    {
        ReadOnlySpan<T> x = c.In<T>(0);
        Span<T> y = c.Out<T>();
        y.Clear();
        (Shape inner, Shape outer, int run) = Runs(c.InputSpec(0).Shape, c.OutputSpec().Shape);
        for (int i = 0; i < x.Length; i += run)
        {
            x.Slice(i, run).CopyTo(y[Offset(inner, outer, i)..]);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        ReadOnlySpan<T> dy = c.GradOut<T>();
        Span<T> dx = c.GradIn<T>(0);
        (Shape inner, Shape outer, int run) = Runs(c.InputSpec(0).Shape, c.OutputSpec().Shape);
        for (int i = 0; i < dx.Length; i += run)
        {
            dy.Slice(Offset(inner, outer, i), run).CopyTo(dx[i..]);
        }
    }

    /// <summary>The shapes, and how many numbers lie side by side in both: the last padded axis and all after it.</summary>
    private (Shape Inner, Shape Outer, int Run) Runs(Shape inner, Shape outer)
    {
        int last = Array.FindLastIndex(widths, w => w.Before + w.After > 0);
        return (inner, outer, Math.Max(1, inner.Product(Math.Max(0, last), inner.Rank)));
    }

    /// <summary>Where number <paramref name="i"/> of the inner tensor lies in the padded one.</summary>
    private int Offset(Shape inner, Shape outer, int i)
    {
        int offset = 0;
        int stride = 1;
        for (int axis = inner.Rank - 1; axis >= 0; axis--)
        {
            offset += (i % inner[axis] + widths[axis].Before) * stride;
            i /= inner[axis];
            stride *= outer[axis];
        }

        return offset;
    }
}

/// <summary>Zeros around a tensor.</summary>
public static class PadExtensions
{
    extension(Tensor x)
    {
        /// <summary>Adds zeros before and after each axis. Shapes: <c>[…, n, …] → […, before + n + after, …]</c>.</summary>
        /// <param name="widths">Zeros before and after, for every axis from the first to the last.</param>
        /// <exception cref="ShapeException">There are not as many pairs as axes, or one is negative.</exception>
        public Tensor Pad(params ReadOnlySpan<(int Before, int After)> widths) => Op.Run(new PadOp(widths.ToArray()), x);
    }
}
