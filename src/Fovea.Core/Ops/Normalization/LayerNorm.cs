using Kernel = Fovea.Simd.Norm.LayerNorm;

namespace Fovea;

/// <summary>Inputs: x, then the weight and the bias that the flags announce.</summary>
internal sealed class LayerNormOp(Shape normalized, double epsilon, bool hasWeight, bool hasBias) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new LayerNormOp([5], 1e-5, false, false), [3, 5]),
        new(new LayerNormOp([5], 1e-5, true, true), [3, 5], [5], [5]),
        new(new LayerNormOp([17], 1e-3, true, false), [2, 3, 17], [17]),
        new(new LayerNormOp([4], 1e-5, false, true), [2, 4], [4]),
        new(new LayerNormOp([3, 2, 4], 1e-5, true, true), [2, 3, 2, 4], [3, 2, 4], [3, 2, 4]),
        new(new LayerNormOp([6, 1, 1], 1e-5, true, true), [2, 6, 1, 1], [6, 1, 1], [6, 1, 1]),
        new(new LayerNormOp([9], 1e-5, true, true), [9], [9], [9]),
        new(new LayerNormOp([4], 1e-5, true, true), [0, 4], [4], [4]),
        new(new LayerNormOp([192], 1e-5, true, true), [2, 150, 192], [192], [192]),
    ];

    public override string Name => "layer_norm";

    public override OpAttributes Attributes => new()
    {
        { "normalized", normalized.Lengths }, { "epsilon", epsilon }, { "has_weight", hasWeight }, { "has_bias", hasBias },
    };

    public Shape Normalized => normalized;

    public double Epsilon => epsilon;

    public bool HasWeight => hasWeight;

    public bool HasBias => hasBias;

    private int Bias => hasWeight ? 2 : 1;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        OpCost.PerElement(inputs[0], 6 + (hasWeight ? 1 : 0) + (hasBias ? 1 : 0));

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        if (normalized.Rank == 0 || normalized.Elements == 0)
        {
            throw new ShapeException(Name, "at least one axis and one value to normalise over", normalized.ToString());
        }

        if (x.Rank < normalized.Rank || !x.Lengths[^normalized.Rank..].SequenceEqual(normalized.Lengths))
        {
            throw new ShapeException(Name, $"[…, {string.Join(", ", normalized)}]", x.ToString(), $"the layer normalises over {normalized}");
        }

        for (int i = 1; i < inputs.Length; i++)
        {
            if (inputs[i].Shape != normalized)
            {
                throw new ShapeException(Name, $"a weight and a bias of the shape {normalized}", inputs[i].Shape.ToString());
            }
        }

        return x;
    }

    protected override void Forward<T>(ForwardContext c)
    {
        int rows = c.InputSpec(0).Shape.Elements / normalized.Elements;
        Span<T> mean = c.Save<T>(rows);
        Span<T> invStd = c.Save<T>(rows);
        Kernel.Forward(
            rows, normalized.Elements, c.In<T>(0), hasWeight ? c.In<T>(1) : default, hasBias ? c.In<T>(Bias) : default,
            T.CreateChecked(epsilon), c.Out<T>(), mean, invStd);
        c.SaveInput(0);
        if (hasWeight)
        {
            c.SaveInput(1);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        int d = normalized.Elements;
        int rows = c.InputSpec(0).Shape.Elements / d;
        bool needsWeight = hasWeight && c.Needs(1);
        bool needsBias = hasBias && c.Needs(Bias);

        // The kernel writes both or neither.
        bool both = needsWeight || needsBias;
        Kernel.Backward(
            rows, d, c.In<T>(0), c.GradOut<T>(), hasWeight ? c.In<T>(1) : default, c.Saved<T>(0, rows), c.Saved<T>(1, rows),
            c.Needs(0) ? c.GradIn<T>(0) : c.Scratch<T>(rows * d),
            needsWeight ? c.GradIn<T>(1) : both ? c.Scratch<T>(d) : default,
            needsBias ? c.GradIn<T>(Bias) : both ? c.Scratch<T>(d) : default);
    }
}

/// <summary>Layer normalisation.</summary>
public static class LayerNormExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Layer normalisation: <c>y = (x − mean) / √(variance + eps) · weight + bias</c>, with mean and biased variance of each place's
        /// own values over the last axes. Shapes: <c>[…, normalizedShape] → same</c>. Source: Ba, Kiros and Hinton, 2016.
        /// </summary>
        /// <param name="normalizedShape">The lengths of the last axes, over which the statistics are taken.</param>
        /// <param name="weight">Of normalizedShape, or null (the default) for 1.</param>
        /// <param name="bias">Of normalizedShape, or null (the default) for 0.</param>
        /// <param name="epsilon">Added to the variance (default 1e-5).</param>
        /// <exception cref="ShapeException">The last axes are others, or the weight or bias has another shape.</exception>
        public Tensor LayerNorm(Shape normalizedShape, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
        {
            var op = new LayerNormOp(normalizedShape, epsilon, weight is not null, bias is not null);
            return (weight, bias) switch
            {
                (null, null) => Op.Run(op, x),
                (null, _) => Op.Run(op, x, bias),
                (_, null) => Op.Run(op, x, weight),
                _ => Op.Run(op, x, weight, bias),
            };
        }
    }
}
