namespace Fovea.Onnx.Import;

/// <summary>Limits and slopes: Clip, HardSigmoid, HardSwish and PRelu.</summary>
internal static class GateOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Clip", [6, 11, 12, 13], Clip),
        Operator.Of("HardSigmoid", [6], HardSigmoid),
        Operator.Of("HardSwish", [14], _ => static x => x[0].HardSwish()),
        Operator.Of("PRelu", [6, 7, 9, 16], PRelu).WithWeights(1),
    ];

    private static Func<NodeInputs, Tensor> Clip(NodeSetup node)
    {
        if (node.Version >= 11)
        {
            return static x => Limit(x[0], x.Optional(1), x.Optional(2));
        }

        double low = node.Attributes.Float("min", float.MinValue);
        double high = node.Attributes.Float("max", float.MaxValue);
        return x => low <= high ? x[0].Clamp(low, high) : throw new OnnxException($"expected min ≤ max, got {low} and {high}");
    }

    private static Tensor Limit(Tensor x, Tensor? low, Tensor? high)
    {
        if (x.DType.IsFloating() && low is not { Elements: not 1 } && high is not { Elements: not 1 } && IsKnown(low) && IsKnown(high)
            && (low?.Item() ?? double.NegativeInfinity) <= (high?.Item() ?? double.PositiveInfinity))
        {
            return x.Clamp(low?.Item(), high?.Item());
        }

        // With limits in the wrong order the upper one wins.
        x = low is null ? x : Numbers.Binary(x, low, static (a, b) => a.Maximum(b));
        return high is null ? x : Numbers.Binary(x, high, static (a, b) => a.Minimum(b));
    }

    private static bool IsKnown(Tensor? limit) => limit is null || Numbers.HasValues(limit);

    private static Func<NodeInputs, Tensor> HardSigmoid(NodeSetup node)
    {
        double alpha = node.Attributes.Float("alpha", 0.2f);
        double beta = node.Attributes.Float("beta", 0.5f);

        // MobileNet's: exporters write the float nearest to 1/6.
        return alpha == 1f / 6 && beta == 0.5 ? static x => x[0].HardSigmoid() : x => (x[0] * alpha + beta).Clamp(0, 1);
    }

    private static Func<NodeInputs, Tensor> PRelu(NodeSetup node)
    {
        bool perChannel = node.Version < 7;
        return x =>
        {
            Tensor slope = x[1];
            if (slope.Elements == 1)
            {
                slope = slope.Reshape([.. Enumerable.Repeat(1, x[0].Rank)]);
            }
            else if (perChannel && slope.Rank == 1)
            {
                slope = slope.Reshape([slope.Elements, .. Enumerable.Repeat(1, Math.Max(0, x[0].Rank - 2))]);
            }

            Tensor y = x[0].Relu() + slope * x[0].Clamp(max: 0);
            return y.Shape == x[0].Shape ? y : throw new OnnxException($"expected a slope that broadcasts to {x[0].Shape}, got {x[1].Shape}");
        };
    }
}
