using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class ReluOp : UnaryOp<Relu, ReluBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new ReluOp(), distinct: true);

    public override string Name => "relu";

    public override bool TakesGradientParts => true;

    // The output rather than the input: the next layer keeps it anyway, so that the tape holds one tensor instead of two.
    protected override bool DerivativeReadsOutput => true;

    protected override void Backward<T>(BackwardContext c)
    {
        if (c.MoreGradOut<T>() is { IsEmpty: false } more)
        {
            Zip3.Run(c.Out<T>(), c.GradOut<T>(), more, c.GradInOverGradOut<T>(0), default(AddReluBackward));
            return;
        }

        base.Backward<T>(c);
    }
}

/// <summary>The rectifier.</summary>
public static class ReluExtensions
{
    extension(Tensor x)
    {
        /// <summary>Rectified linear unit: <c>max(x, 0)</c>; NaN stays NaN. Shapes: any → same. The gradient at 0 is 0.</summary>
        public Tensor Relu() => Op.Run(new ReluOp(), x);
    }
}
