using Kernel = Fovea.Simd.Norm.GroupNorm;

namespace Fovea;

/// <summary>Inputs: x, then the weight and the bias that the flags announce.</summary>
internal sealed class GroupNormOp(int groups, double epsilon, bool hasWeight, bool hasBias) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new GroupNormOp(1, 1e-5, false, false), [2, 4, 3]),
        new(new GroupNormOp(2, 1e-5, true, true), [2, 4, 3, 5], [4], [4]),
        new(new GroupNormOp(4, 1e-3, true, true), [2, 4, 17], [4], [4]),
        new(new GroupNormOp(3, 1e-5, true, false), [2, 6, 2, 2], [6]),
        new(new GroupNormOp(3, 1e-5, false, true), [2, 6, 5], [6]),
        new(new GroupNormOp(2, 1e-5, true, true), [3, 8], [8], [8]),
        new(new GroupNormOp(2, 1e-5, true, true), [0, 4, 3], [4], [4]),
        new(new GroupNormOp(8, 1e-5, true, true), [2, 32, 25, 24], [32], [32]),
    ];

    public override string Name => "group_norm";

    public override OpAttributes Attributes => new()
    {
        { "groups", groups }, { "epsilon", epsilon }, { "has_weight", hasWeight }, { "has_bias", hasBias },
    };

    public int Groups => groups;

    public double Epsilon => epsilon;

    public bool HasWeight => hasWeight;

    public bool HasBias => hasBias;

    private int Bias => hasWeight ? 2 : 1;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        OpCost.PerElement(inputs[0], 6 + (hasWeight ? 1 : 0) + (hasBias ? 1 : 0));

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        if (x.Rank < 2)
        {
            throw new ShapeException(Name, "[N, C] or [N, C, …]", x.ToString());
        }

        if (groups < 1 || x[1] % groups != 0)
        {
            throw new ShapeException(
                Name, $"channels that {groups} groups divide", $"{x[1]} in {x}", "choose a number of groups that divides the channels");
        }

        if (x.Product(1, x.Rank) == 0)
        {
            throw new ShapeException(Name, "at least one value in each group", x.ToString());
        }

        for (int i = 1; i < inputs.Length; i++)
        {
            if (inputs[i].Shape != [x[1]])
            {
                throw new ShapeException(Name, $"[N, {inputs[i].Shape.Elements}, …]", x.ToString(), $"weight or bias is {inputs[i].Shape}");
            }
        }

        return x;
    }

    protected override void Forward<T>(ForwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        Span<T> mean = c.Save<T>(x[0] * groups);
        Span<T> invStd = c.Save<T>(x[0] * groups);
        Kernel.Forward(
            x[0], x[1], groups, x.Product(2, x.Rank), c.In<T>(0), hasWeight ? c.In<T>(1) : default, hasBias ? c.In<T>(Bias) : default,
            T.CreateChecked(epsilon), c.Out<T>(), mean, invStd);
        c.SaveInput(0);
        if (hasWeight)
        {
            c.SaveInput(1);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        bool needsWeight = hasWeight && c.Needs(1);
        bool needsBias = hasBias && c.Needs(Bias);

        // The kernel writes both or neither.
        bool both = needsWeight || needsBias;
        Kernel.Backward(
            x[0], x[1], groups, x.Product(2, x.Rank), c.In<T>(0), c.GradOut<T>(), hasWeight ? c.In<T>(1) : default,
            c.Saved<T>(0, x[0] * groups), c.Saved<T>(1, x[0] * groups),
            c.Needs(0) ? c.GradIn<T>(0) : c.Scratch<T>(x.Elements),
            needsWeight ? c.GradIn<T>(1) : both ? c.Scratch<T>(x[1]) : default,
            needsBias ? c.GradIn<T>(Bias) : both ? c.Scratch<T>(x[1]) : default);
    }
}

/// <summary>Group normalisation.</summary>
public static class GroupNormExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Group normalisation: the channels form groups of neighbours, and each image's group is normalised over its channels and
        /// positions: <c>y = (x − mean) / √(variance + eps) · weight + bias</c> with the biased variance. Shapes: <c>[N, C, …] → same</c>.
        /// One group is layer normalisation over a whole image, C groups are instance normalisation. Source: Wu and He, 2018.
        /// </summary>
        /// <param name="groups">How many groups, at least 1; it divides C.</param>
        /// <param name="weight">[C], or null (the default) for 1.</param>
        /// <param name="bias">[C], or null (the default) for 0.</param>
        /// <param name="epsilon">Added to the variance (default 1e-5).</param>
        /// <exception cref="ShapeException">The channels do not divide, or the weight or bias is not [C].</exception>
        public Tensor GroupNorm(int groups, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
        {
            var op = new GroupNormOp(groups, epsilon, weight is not null, bias is not null);
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
