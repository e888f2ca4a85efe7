using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class LogOp : UnaryOp<Log, LogBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new LogOp(), 0.3, 4);

    public override string Name => "log";

    protected override bool DerivativeReadsOutput => false;

    protected override int OperationsPerElement => 8;
}

/// <summary>The natural logarithm.</summary>
public static class LogExtensions
{
    extension(Tensor x)
    {
        /// <summary>Natural logarithm: <c>ln x</c>; −∞ at 0, NaN below. Shapes: any → same.</summary>
        public Tensor Log() => Op.Run(new LogOp(), x);
    }
}
