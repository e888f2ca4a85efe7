using Fovea.Simd.Reductions;

namespace Fovea;

/// <summary>What the maximum and the minimum along an axis share: the places are saved, and the gradient goes to them alone.</summary>
internal abstract class ExtremeAlongOp(int axis, bool keepDim) : FloatOp
{
    public override OpAttributes Attributes => new() { { "axis", axis }, { "keep_dim", keepDim } };

    public int Axis => axis;

    public bool KeepDim => keepDim;

    protected abstract bool Smallest { get; }

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0]);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        Shape shape = new ReductionAxes([axis], keepDim).Infer(Name, x);
        return x[axis] > 0
            ? shape
            : throw new ShapeException(Name, "an axis that is not empty", $"axis {axis} of {x}");
    }

    protected override void Forward<T>(ForwardContext c)
    {
        (int outer, int length, int inner) = Split(c.InputSpec(0).Shape);
        ReadOnlySpan<T> x = c.In<T>(0);
        Span<T> y = c.Out<T>();
        if (!c.Recording)
        {
            if (Smallest)
            {
                Reduction.Min(outer, length, inner, x, y);
            }
            else
            {
                Reduction.Max(outer, length, inner, x, y);
            }

            return;
        }

        Span<int> places = c.Save<int>(y.Length);
        if (Smallest)
        {
            Reduction.Min(outer, length, inner, x, y, places);
        }
        else
        {
            Reduction.Max(outer, length, inner, x, y, places);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        (int outer, int length, int inner) = Split(c.InputSpec(0).Shape);
        ReadOnlySpan<T> dy = c.GradOut<T>();
        Reduction.ExtremeBackward(outer, length, inner, dy, c.Saved<int>(0, dy.Length), c.GradIn<T>(0));
    }

    protected static OpSample[] SamplesOf(Func<int, bool, Op> make) =>
    [
        new(make(0, false), [5]) { Distinct = true },
        new(make(1, true), [2, 17, 3]) { Distinct = true },
        new(make(2, false), [2, 3, 33]) { Distinct = true },
        new(make(1, false), [2, 1, 3, 2]) { Distinct = true },
    ];

    private (int Outer, int Length, int Inner) Split(Shape x) => (x.Product(0, axis), x[axis], x.Product(axis + 1, x.Rank));
}
