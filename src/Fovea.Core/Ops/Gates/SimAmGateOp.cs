using Fovea.Simd.Drivers;
using Fovea.Simd.Gates;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>
/// <c>y = x · σ(d² / (4 (Σd² / (N − 1) + λ)) + ½)</c> with d = x − mean over a plane of N positions: SimAM, forward and backward in one
/// trip of each plane through the cache. Inputs: x [N, C, …].
/// </summary>
internal sealed class SimAmGateOp(double lambda) : GateOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new SimAmGateOp(1e-4), [2, 3, 5, 7]),
        new(new SimAmGateOp(0.5), [1, 4, 8, 8]),
        new(new SimAmGateOp(1e-4), [2, 3, 1, 1]),
        new(new SimAmGateOp(1e-2), [1, 2, 47, 50]),
        new(new SimAmGateOp(1e-4), [0, 2, 3, 3]),
    ];

    public override string Name => "simam_gate";

    public override OpAttributes Attributes => new() { { "lambda", lambda } };

    public double Lambda => lambda;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0], 12);

    // A plane has been read before its first value is written.
    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) => true;

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        Tensor x = inputs[0];
        int[] positions = [.. Enumerable.Range(2, x.Rank - 2)];
        Tensor distance = (x - x.Mean(positions, keepDim: true)).Square();
        Tensor variance = distance.Sum(positions, keepDim: true) / Math.Max(1, x.Shape.Product(2, x.Rank) - 1);
        return [x * (distance / ((variance + lambda) * 4) + 0.5).Sigmoid()];
    }

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        GateShapes.CheckMaps(Name, inputs[0].Shape);
        return inputs[0].Shape;
    }

    protected internal override void Forward<T>(ForwardContext c, Epilogue<T> end)
    {
        (int planes, int positions) = GateShapes.Planes(c.InputSpec(0).Shape);
        ReadOnlySpan<T> x = c.In<T>(0);
        PlaneSelfGate.Forward<EnergySelfGate, T>(
            planes, positions, x, default, [T.One], [Half<T>()], lambda, c.Out<T>(), c.Save<T>(planes), c.Save<T>(planes),
            StreamingStores.Pay<T>(x.Length) && !x.Overlaps(c.Out<T>()), end);
        c.SaveInput(0);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        (int planes, int positions) = GateShapes.Planes(c.InputSpec(0).Shape);
        PlaneSelfGate.Backward<EnergySelfGate, T>(
            planes, positions, c.In<T>(0), c.GradOut<T>(), default, [T.One], [Half<T>()], c.Saved<T>(0, planes), c.Saved<T>(1, planes),
            c.GradIn<T>(0), c.Scratch<T>(planes), c.Scratch<T>(planes));
    }

    private static T Half<T>()
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => T.CreateTruncating(0.5);
}
