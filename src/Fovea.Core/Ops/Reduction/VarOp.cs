using Fovea.Simd.Broadcasting;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class VarOp(ReductionAxes axes, bool unbiased) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new VarOp(new([0, 1], false), true), [3, 5]),
        new(new VarOp(new([1], true), true), [2, 17, 3]),
        new(new VarOp(new([2, 3], false), false), [2, 3, 7, 5]),
        new(new VarOp(new([0, 2], true), true), [4, 3, 5]),
        new(new VarOp(new([0], false), false), [1, 4]),
        new(new VarOp(new([1], false), true), [300, 200]),
    ];

    public override string Name => "var";

    public override OpAttributes Attributes => new() { { "axes", axes.Axes }, { "keep_dim", axes.KeepDim }, { "unbiased", unbiased } };

    public ReductionAxes Axes => axes;

    public bool Unbiased => unbiased;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0], 4);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape y = axes.Infer(Name, inputs[0].Shape);
        int least = unbiased ? 2 : 1;
        return axes.Count(inputs[0].Shape) >= least
            ? y
            : throw new ShapeException(Name, $"at least {least} values to take the {(unbiased ? "unbiased " : string.Empty)}variance of",
                $"{axes.Count(inputs[0].Shape)} in {inputs[0].Shape}", unbiased ? "use unbiased: false for a single value" : null);
    }

    protected override void Forward<T>(ForwardContext c)
    {
        // Two passes: the mean first, then the squares of the differences, so that nothing cancels.
        Shape shape = c.InputSpec(0).Shape;
        Span<T> y = c.Out<T>();
        Span<T> mean = c.Save<T>(y.Length);
        axes.Sum(shape, c.In<T>(0), mean);
        Map.Run<DivideBy, T>(mean, mean, new DivideBy(axes.Count(shape)));
        Span<T> squares = c.Scratch<T>(shape.Elements);
        int[][] strides = c.Once(axes, static (axes, c) => new[] { Strides.Of(c.InputSpec(0).Shape), axes.Strides(c.InputSpec(0).Shape) });
        Broadcast.Run(shape.Lengths, c.In<T>(0), strides[0], mean, strides[1], squares, default(SquaredDifference));
        axes.Sum<T>(shape, squares, y);
        Map.Run<Scale, T>(y, y, new Scale(1.0 / Divisor(shape)));
        c.SaveInput(0);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        // dx = 2·(x − mean)/divisor · dy.
        Shape shape = c.InputSpec(0).Shape;
        int[] repeated = axes.Strides(shape);
        Span<T> dx = c.GradIn<T>(0);
        ReadOnlySpan<T> dy = c.GradOut<T>();
        Broadcast.Run(shape.Lengths, c.In<T>(0), Strides.Of(shape), c.Saved<T>(0, dy.Length), repeated, dx, default(Subtract));
        Broadcast.Run<Multiply, T>(shape.Lengths, dx, Strides.Of(shape), dy, repeated, dx, default);
        Map.Run<Scale, T>(dx, dx, new Scale(2.0 / Divisor(shape)));
    }

    private int Divisor(Shape shape) => axes.Count(shape) - (unbiased ? 1 : 0);
}

/// <summary>How far values spread.</summary>
public static class VarExtensions
{
    extension(Tensor x)
    {
        /// <summary>Variance over axes: <c>Σ (x − mean)² / (n − 1)</c>, or <c>/ n</c> when biased; in two passes.</summary>
        /// <param name="dim">The axes, negative ones counted from the last; null (the default) means all.</param>
        /// <param name="unbiased">Whether to divide by n − 1 (default true, as PyTorch does).</param>
        /// <param name="keepDim">Whether the axes stay with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, one is named twice, or there are too few values.</exception>
        public Tensor Var(int[]? dim = null, bool unbiased = true, bool keepDim = false) =>
            Op.Run(new VarOp(ReductionAxes.Of("var", x, dim, keepDim), unbiased), x);

        /// <summary>
        /// Standard deviation over axes: the square root of the variance. Its gradient is infinite where all values are equal.
        /// </summary>
        /// <param name="dim">The axes, negative ones counted from the last; null (the default) means all.</param>
        /// <param name="unbiased">Whether to divide by n − 1 (default true, as PyTorch does).</param>
        /// <param name="keepDim">Whether the axes stay with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, one is named twice, or there are too few values.</exception>
        public Tensor Std(int[]? dim = null, bool unbiased = true, bool keepDim = false) => x.Var(dim, unbiased, keepDim).Sqrt();
    }
}
