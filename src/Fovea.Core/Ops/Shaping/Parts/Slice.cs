using Fovea.Simd.Drivers;

namespace Fovea;

internal sealed class SliceOp(int axis, int start, int length, int step) : AnyTypeOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new SliceOp(0, 1, 3, 1), [5]),
        new(new SliceOp(1, 2, 4, 1), [2, 7, 3]),
        new(new SliceOp(2, 0, 3, 2), [2, 3, 5]),
        new(new SliceOp(0, 1, 2, 3), [6, 2]),
        new(new SliceOp(1, 2, 0, 1), [2, 3]),
        new(new SliceOp(1, 3, 5, 1), [3, 12, 40, 41]),
    ];

    public override string Name => "slice";

    public override OpAttributes Attributes => new() { { "axis", axis }, { "start", start }, { "length", length }, { "step", step } };

    public override Op With(OpAttributes attributes) =>
        new SliceOp(axis, attributes.Integers("start")[0], attributes.Integers("length")[0], step);

    public int Axis => axis;

    public int Start => start;

    public int Length => length;

    public int Step => step;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        Strides.Limit(Name, x);
        long end = length == 0 ? start : start + ((length - 1L) * step) + 1;
        return x.Rank > axis && end <= x[axis]
            ? x.With(axis, length)
            : throw new ShapeException(Name, $"at least {end} places in axis {axis}", x.ToString());
    }

    protected override void Move<T>(ForwardContext c)
    {
        Shape whole = c.InputSpec(0).Shape;
        Shape part = c.OutputSpec().Shape;
        Strides.Read(part, c.In<T>(0), Strides.Offset(whole, axis, start), c.Once(this, static (op, c) => op.Steps(c.InputSpec(0).Shape)), c.Out<T>());
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape whole = c.InputSpec(0).Shape;
        Shape part = c.OutputSpec().Shape;
        Span<T> grad = c.GradIn<T>(0);
        Fill.Run(grad, T.Zero);
        Strides.Write(part, c.GradOut<T>(), grad, Strides.Offset(whole, axis, start), Steps(whole));
    }

    private int[] Steps(Shape whole)
    {
        int[] strides = Strides.Of(whole);

        // A slice of one place never takes the step, which may be past the end of the numbers.
        strides[axis] = length > 1 ? strides[axis] * step : 0;
        return strides;
    }
}

/// <summary>Parts of tensors.</summary>
public static class SliceExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Some places of an axis, copied: from <paramref name="start"/> (included) to <paramref name="end"/> (excluded). Shapes:
        /// <c>[2, 7].Slice(1, 2, 5) → [2, 3]</c>.
        /// </summary>
        /// <param name="dim">The axis; negative numbers count from the last.</param>
        /// <param name="start">
        /// The first place; negative numbers count from the end (default 0). Past an end it is moved to that end.
        /// </param>
        /// <param name="end">The place to stop before; null (the default) for the end.</param>
        /// <param name="step">From one place to the next, at least 1 (default 1).</param>
        /// <exception cref="ShapeException">There is no such axis, or the step is less than 1.</exception>
        public Tensor Slice(int dim, int start = 0, int? end = null, int step = 1)
        {
            int axis = x.Shape.Axis(dim, "slice");
            if (step < 1)
            {
                throw new ShapeException("slice", "a step of at least 1", $"{step}", "flip the axis to walk backwards");
            }

            int length = x.Shape[axis];
            int from = Place(start, length);
            int to = end is { } e ? Place(e, length) : length;
            int count = to > from ? ((to - from - 1) / step) + 1 : 0;
            return Op.Run(new SliceOp(axis, from, count, step), x);
        }

        /// <summary>A run of places of an axis, copied. Shapes: <c>[2, 7].Narrow(1, 2, 3) → [2, 3]</c>.</summary>
        /// <param name="dim">The axis; negative numbers count from the last.</param>
        /// <param name="start">The first place, from 0.</param>
        /// <param name="length">How many places; start + length is at most the axis.</param>
        /// <exception cref="ShapeException">The run leaves the axis, or there is no such axis.</exception>
        public Tensor Narrow(int dim, int start, int length)
        {
            int axis = x.Shape.Axis(dim, "narrow");
            return start >= 0 && length >= 0 && (long)start + length <= x.Shape[axis]
                ? Op.Run(new SliceOp(axis, start, length, 1), x)
                : throw new ShapeException("narrow", $"a run within the {x.Shape[axis]} places of axis {axis}", $"{length} from {start}");
        }
    }

    private static int Place(int place, int length) => Math.Clamp(place < 0 ? place + length : place, 0, length);
}
