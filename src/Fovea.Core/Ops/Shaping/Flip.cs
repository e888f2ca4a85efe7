using Fovea.Simd.Copying;

namespace Fovea;

internal sealed class FlipOp(int[] axes) : AnyTypeOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new FlipOp([0]), [5]),
        new(new FlipOp([1]), [2, 7, 3]),
        new(new FlipOp([0, 2]), [2, 3, 5]),
        new(new FlipOp([]), [2, 3]),
        new(new FlipOp([1]), [2, 0]),
        new(new FlipOp([3]), [2, 12, 40, 41]),
    ];

    public override string Name => "flip";

    public override OpAttributes Attributes => new() { { "axes", axes } };

    public IReadOnlyList<int> Axes => axes;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        Strides.Limit(Name, x);
        return axes.All(axis => axis < x.Rank) ? x : throw new ShapeException(Name, $"at least {axes.Max() + 1} axes", x.ToString());
    }

    protected override void Move<T>(ForwardContext c) => Flip(c.InputSpec(0).Shape, c.In<T>(0), c.Out<T>());

    protected override void Backward<T>(BackwardContext c) => Flip(c.InputSpec(0).Shape, c.GradOut<T>(), c.GradIn<T>(0));

    private void Flip<T>(Shape shape, ReadOnlySpan<T> from, Span<T> to)
        where T : unmanaged
    {
        if (axes.Length == 0)
        {
            from.CopyTo(to);
            return;
        }

        // One axis at a time, to and fro between the result and a second buffer, so that the last one ends in the result.
        Span<T> second = axes.Length > 1 ? new T[to.Length] : default;
        for (int i = 0; i < axes.Length; i++)
        {
            Span<T> target = (axes.Length - i) % 2 == 1 ? to : second;
            int[] backwards = [.. Enumerable.Range(0, shape[axes[i]]).Reverse()];
            AxisGather.Run(shape.Product(0, axes[i]), shape[axes[i]], shape.Product(axes[i] + 1, shape.Rank), backwards, from, target);
            from = target;
        }
    }
}

/// <summary>Axes backwards.</summary>
public static class FlipExtensions
{
    extension(Tensor x)
    {
        /// <summary>The same values with some axes backwards. Shapes: any → same.</summary>
        /// <param name="dims">The axes, each once; negative numbers count from the last.</param>
        /// <exception cref="ShapeException">There is no such axis, or one is named twice.</exception>
        public Tensor Flip(params int[] dims)
        {
            ArgumentNullException.ThrowIfNull(dims);
            int[] axes = Array.ConvertAll(dims, d => x.Shape.Axis(d, "flip"));
            return axes.Distinct().Count() == axes.Length
                ? Op.Run(new FlipOp(axes), x)
                : throw new ShapeException("flip", "different axes", $"[{string.Join(", ", dims)}] for the shape {x.Shape}");
        }
    }
}
