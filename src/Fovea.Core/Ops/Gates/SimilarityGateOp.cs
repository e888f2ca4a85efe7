using Fovea.Simd.Drivers;
using Fovea.Simd.Gates;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>
/// Spatial group-wise enhance, forward and backward in one trip of each group of planes through the cache: per group
/// <c>s = Σ_c x_c · GAP(x_c)</c>, <c>t = (s − mean(s)) / (std(s) + 1e-5)</c> with the unbiased deviation, <c>y = x · σ(w · t + b)</c>.
/// Inputs: x [N, C, H, W], w and b [1, G, 1, 1]. Outputs: y, and the gates [N, G, H, W].
/// </summary>
internal sealed class SimilarityGateOp : GateOp, ISampledOp, IDecomposable
{
    private const double DeviationFloor = 1e-5;

    public static IEnumerable<OpSample> Samples =>
    [
        new(new SimilarityGateOp(), [2, 6, 5, 7], [1, 2, 1, 1], [1, 2, 1, 1]),
        new(new SimilarityGateOp(), [1, 4, 8, 8], [1, 4, 1, 1], [1, 4, 1, 1]),
        new(new SimilarityGateOp(), [2, 9, 4, 17], [1, 1, 1, 1], [1, 1, 1, 1]),
        new(new SimilarityGateOp(), [2, 4, 1, 1], [1, 2, 1, 1], [1, 2, 1, 1]),
        new(new SimilarityGateOp(), [0, 4, 2, 2], [1, 2, 1, 1], [1, 2, 1, 1]),
    ];

    public override string Name => "similarity_gate";

    public override OpAttributes Attributes => OpAttributes.None;

    public override bool IsOutputDifferentiable(int output) => output == 0;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        Shape x = inputs[0].Shape;
        long similarities = (long)x[0] * inputs[1].Shape.Elements * x[2] * x[3];
        return new OpCost(x.Elements, 11 * similarities) + OpCost.PerElement(inputs[0], 2);
    }

    // A group has been read before its first value is written.
    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) => input == 0;

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        Tensor x = inputs[0];
        (int n, int groups, int h, int w) = (x.Shape[0], inputs[1].Shape[1], x.Shape[2], x.Shape[3]);
        Tensor maps = x.Reshape(n * groups, x.Shape[1] / groups, h, w);
        Tensor similarity = (maps * maps.Mean([2, 3], keepDim: true)).Sum([1], keepDim: true);
        Tensor distance = similarity - similarity.Mean([2, 3], keepDim: true);
        Tensor deviation = distance.Reshape(n * groups, h * w).Norm(1, keepDim: true).Reshape(n * groups, 1, 1, 1) / Math.Sqrt(Math.Max(1, (h * w) - 1));
        Tensor gate = ((distance / (deviation + DeviationFloor)).Reshape(n, groups, h, w) * inputs[1] + inputs[2]).Sigmoid();
        return [(maps * gate.Reshape(n * groups, 1, h, w)).Reshape(x.Shape.Lengths), gate];
    }

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        GateShapes.CheckMaps(Name, x);
        if (x.Rank != 4 || inputs.Length != 3 || inputs[1].Shape.Rank != 4 || inputs[1].Shape[1] == 0 || x[1] % inputs[1].Shape[1] != 0)
        {
            throw new ShapeException(Name, "maps [N, C, H, W], a weight and a bias [1, G, 1, 1] for G groups that divide C", string.Join(", ", inputs.ToArray()));
        }

        int groups = inputs[1].Shape[1];
        GateShapes.CheckParameter(Name, "the weight", [1, groups, 1, 1], inputs[1], x);
        GateShapes.CheckParameter(Name, "the bias", [1, groups, 1, 1], inputs[2], x);
        return [x, [x[0], groups, x[2], x[3]]];
    }

    protected internal override void Forward<T>(ForwardContext c, Epilogue<T> end)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int groups, int positions) = (shape[0], c.InputSpec(1).Shape[1], shape[2] * shape[3]);
        ReadOnlySpan<T> x = c.In<T>(0);
        SimilarityGate.Forward(
            n, groups, shape[1] / groups, positions, x, c.In<T>(1), c.In<T>(2), DeviationFloor, c.Out<T>(),
            c.OutOrScratch<T>(1, n * groups * positions),
            c.Save<T>(n * shape[1]), c.Save<T>(n * groups * positions), c.Save<T>(n * groups),
            StreamingStores.Pay<T>(x.Length) && !x.Overlaps(c.Out<T>()), end);
        c.SaveInput(0);
        c.SaveInput(1);
        c.SaveOutput(1);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int groups, int positions) = (shape[0], c.InputSpec(1).Shape[1], shape[2] * shape[3]);
        Span<T> weights = c.Scratch<T>(n * groups);
        Span<T> biases = c.Scratch<T>(n * groups);
        SimilarityGate.Backward(
            n, groups, shape[1] / groups, positions, c.In<T>(0), c.GradOut<T>(), c.In<T>(1), DeviationFloor, c.Out<T>(1),
            c.Saved<T>(0, n * shape[1]), c.Saved<T>(1, n * groups * positions), c.Saved<T>(2, n * groups),
            c.Needs(0) ? c.GradIn<T>(0) : c.Scratch<T>(shape.Elements), c.Scratch<T>(n * groups * positions), weights, biases);
        OverImages(c, 1, groups, weights);
        OverImages(c, 2, groups, biases);
    }

    private static void OverImages<T>(BackwardContext c, int input, int groups, ReadOnlySpan<T> parts)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (!c.Needs(input))
        {
            return;
        }

        Span<T> to = c.GradIn<T>(input);
        for (int group = 0; group < groups; group++)
        {
            double sum = 0;
            for (int i = group; i < parts.Length; i += groups)
            {
                sum += double.CreateTruncating(parts[i]);
            }

            to[group] = T.CreateTruncating(sum);
        }
    }
}
