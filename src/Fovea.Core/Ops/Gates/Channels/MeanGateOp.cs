using Fovea.Simd.Drivers;
using Fovea.Simd.Gates;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>
/// <c>y = x · σ(GAP(x))</c>, forward and backward in one trip of each plane through the cache: gather-excite over all positions without
/// parameters. Inputs: x [N, C, …]. Outputs: y, and the gate [N, C].
/// </summary>
internal sealed class MeanGateOp : GateOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new MeanGateOp(), [2, 3, 5, 7]),
        new(new MeanGateOp(), [1, 4, 8, 8]),
        new(new MeanGateOp(), [2, 2, 47, 50]),
        new(new MeanGateOp(), [0, 2, 3, 3]),
    ];

    public override string Name => "mean_gate";

    public override OpAttributes Attributes => OpAttributes.None;

    public override bool IsOutputDifferentiable(int output) => output == 0;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0], 2);

    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) => true;

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        Tensor x = inputs[0];
        Tensor gate = GateShapes.OverPositions(x.GlobalAvgPool(), x).Sigmoid();
        return [x * gate, gate.Flatten()];
    }

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        GateShapes.CheckMaps(Name, x);
        return [x, [x[0], x[1]]];
    }

    protected internal override void Forward<T>(ForwardContext c, Epilogue<T> end)
    {
        (int planes, int positions) = GateShapes.Planes(c.InputSpec(0).Shape);
        ReadOnlySpan<T> x = c.In<T>(0);
        PlaneMeanGate.Forward(
            planes, positions, x, default, [T.One], [T.Zero], c.Out<T>(), c.Scratch<T>(planes), c.OutOrScratch<T>(1, planes),
            StreamingStores.Pay<T>(x.Length) && !x.Overlaps(c.Out<T>()), end);
        c.SaveInput(0);
        c.SaveOutput(1);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        (int planes, int positions) = GateShapes.Planes(c.InputSpec(0).Shape);
        PlaneMeanGate.Backward(
            planes, positions, c.In<T>(0), c.GradOut<T>(), default, [T.One], c.Out<T>(1), c.GradIn<T>(0), c.Scratch<T>(planes),
            StreamingStores.Pay<T>(c.In<T>(0).Length));
    }
}
