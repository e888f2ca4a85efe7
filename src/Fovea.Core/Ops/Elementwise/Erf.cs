using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class ErfOp : UnaryOp<Erf, ErfBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new ErfOp(), -2, 2);

    public override string Name => "erf";

    protected override bool DerivativeReadsOutput => false;

    protected override int OperationsPerElement => 12;
}

/// <summary>The error function.</summary>
public static class ErfExtensions
{
    extension(Tensor x)
    {
        /// <summary>Error function: <c>2/√π · ∫₀ˣ e^(−t²) dt</c>. Shapes: any → same.</summary>
        public Tensor Erf() => Op.Run(new ErfOp(), x);
    }
}
