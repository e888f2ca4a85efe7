namespace Fovea.Onnx.Import;

/// <summary>The operators that take the place of patterns. No file names them: ONNX's names have no colon.</summary>
internal static class FusedOperators
{
    public const string Silu = "fused:Silu";
    public const string HardSwish = "fused:HardSwish";
    public const string Gelu = "fused:Gelu";
    public const string LayerNorm = "fused:LayerNorm";

    public static IEnumerable<Operator> All =>
    [
        Operator.Of(Silu, [1], _ => static x => x[0].Silu()),
        Operator.Of(HardSwish, [1], _ => static x => x[0].HardSwish()),
        Operator.Of(Gelu, [1], _ => static x => x[0].Gelu()),
        Operator.Of(LayerNorm, [1], node =>
        {
            double epsilon = node.Attributes.Float("epsilon", 0);
            return x => NormOperators.LayerNorm(x[0], [x[0].Shape[-1]], x[1], x[2], epsilon);
        }).WithWeights(1, 2),
    ];
}
