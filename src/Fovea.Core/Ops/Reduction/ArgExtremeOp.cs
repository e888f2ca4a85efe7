using Fovea.Simd.Reductions;

namespace Fovea;

/// <summary>The place of the largest or smallest value along an axis.</summary>
internal sealed class ArgExtremeOp(int axis, bool keepDim, bool smallest) : Op, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new ArgExtremeOp(0, false, false), [5]) { Distinct = true },
        new(new ArgExtremeOp(1, true, false), [2, 17, 3]) { Distinct = true },
        new(new ArgExtremeOp(2, false, true), [2, 3, 33]) { Distinct = true },
        new(new ArgExtremeOp(1, false, true), [2, 1, 3]) { Distinct = true },
        new(new ArgExtremeOp(1, false, false), [300, 200]) { Distinct = true },
    ];

    public override string Name => "argmax_argmin";

    public override OpAttributes Attributes => new() { { "axis", axis }, { "keep_dim", keepDim }, { "smallest", smallest } };

    public override bool IsDifferentiable => false;

    public int Axis => axis;

    public bool KeepDim => keepDim;

    public bool Smallest => smallest;

    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        if (!inputs[0].DType.IsFloating())
        {
            throw new DTypeException(Name, "Float32 or Float64", inputs[0].DType.ToString());
        }

        Shape x = inputs[0].Shape;
        Shape shape = new ReductionAxes([axis], keepDim).Infer(Name, x);
        return x[axis] > 0
            ? [new TensorSpec(shape, DType.Int64)]
            : throw new ShapeException(Name, "an axis that is not empty", $"axis {axis} of {x}");
    }

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0]);

    protected internal override void Forward(ForwardContext c)
    {
        if (c.InputSpec(0).DType == DType.Float32)
        {
            Run<float>(c);
        }
        else
        {
            Run<double>(c);
        }
    }

    private void Run<T>(ForwardContext c)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        (int outer, int length, int inner) = c.InputSpec(0).Shape.Around(axis);
        Span<long> places = c.Out<long>();
        Span<int> found = c.Scratch<int>(places.Length);
        Span<T> values = c.Scratch<T>(places.Length);
        if (smallest)
        {
            Fovea.Simd.Reductions.Reduction.Min(outer, length, inner, c.In<T>(0), values, found);
        }
        else
        {
            Fovea.Simd.Reductions.Reduction.Max(outer, length, inner, c.In<T>(0), values, found);
        }

        for (int i = 0; i < places.Length; i++)
        {
            places[i] = found[i];
        }
    }
}

/// <summary>Where the largest and the smallest values are.</summary>
public static class ArgExtremeExtensions
{
    extension(Tensor x)
    {
        /// <summary>The place of the largest value along an axis, Int64; the first of equals, the first NaN before any number.</summary>
        /// <param name="dim">The axis; negative numbers count from the last.</param>
        /// <param name="keepDim">Whether the axis stays with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, or it is empty.</exception>
        public Tensor ArgMax(int dim, bool keepDim = false) => Op.Run(new ArgExtremeOp(x.Shape.Axis(dim, "argmax"), keepDim, false), x);

        /// <summary>The place of the smallest value along an axis, Int64; the first of equals, the first NaN before any number.</summary>
        /// <param name="dim">The axis; negative numbers count from the last.</param>
        /// <param name="keepDim">Whether the axis stays with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, or it is empty.</exception>
        public Tensor ArgMin(int dim, bool keepDim = false) => Op.Run(new ArgExtremeOp(x.Shape.Axis(dim, "argmin"), keepDim, true), x);
    }
}
