namespace Fovea.Onnx.Import;

/// <summary>Functions of each number by itself, without attributes.</summary>
internal static class ElementwiseOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("Abs", [6, 13], static x => x.Abs()),
        Of("Neg", [6, 13], static x => -x),
        Of("Exp", [6, 13], static x => x.Exp()),
        Of("Log", [6, 13], static x => x.Log()),
        Of("Sqrt", [6, 13], static x => x.Sqrt()),
        Of("Reciprocal", [6, 13], static x => x.Reciprocal()),
        Of("Floor", [6, 13], static x => x.Floor()),
        Of("Ceil", [6, 13], static x => x.Ceiling()),
        Of("Round", [11], static x => x.Round()),
        Of("Erf", [9, 13], static x => x.Erf()),
        Of("Sign", [9, 13], static x => x.Greater(0).Cast(x.DType) - x.Less(0).Cast(x.DType)),
    ];

    private static Operator Of(string name, int[] versions, Func<Tensor, Tensor> f) => Operator.Of(name, versions, _ => x => Numbers.Unary(x[0], f));
}
