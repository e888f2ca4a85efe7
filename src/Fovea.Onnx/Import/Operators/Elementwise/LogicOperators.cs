namespace Fovea.Onnx.Import;

/// <summary>Comparisons, and what combines their results; Where chooses by them.</summary>
internal static class LogicOperators
{
    public static IEnumerable<Operator> All =>
    [
        Compare("Equal", [1, 7, 11, 13, 19], static (a, b) => a.EqualTo(b)),
        Compare("Less", [1, 7, 9, 13], static (a, b) => a.Less(b)),
        Compare("Greater", [1, 7, 9, 13], static (a, b) => a.Greater(b)),
        Compare("LessOrEqual", [12, 16], static (a, b) => a.LessOrEqual(b)),
        Compare("GreaterOrEqual", [12, 16], static (a, b) => a.GreaterOrEqual(b)),
        Compare("And", [1, 7], static (a, b) => (a * b).Greater(0.5)),
        Compare("Or", [1, 7], static (a, b) => (a + b).Greater(0.5)),
        Compare("Xor", [1, 7], static (a, b) => a.NotEqualTo(b)),
        Operator.Of("Not", [1], _ => static x => x[0].Cast(DType.Float32).Less(0.5)),
        Operator.Of("Where", [9, 16], _ => static x => Choose(x[0], x[1], x[2])),
    ];

    private static Operator Compare(string name, int[] versions, Func<Tensor, Tensor, Tensor> f) => Operator.Of(name, versions, node =>
    {
        Func<Tensor, Tensor, Tensor> fit = LegacyBroadcast.Of(node);
        return x => f(Truth(x[0]), Truth(fit(x[0], x[1])));
    });

    // True is 1: comparisons take numbers.
    private static Tensor Truth(Tensor x) => x.DType == DType.Bool ? x.Cast(DType.Float32) : x;

    private static Tensor Choose(Tensor mask, Tensor a, Tensor b)
    {
        if (a.DType != b.DType)
        {
            throw new OnnxException($"expected two tensors of one type, got {a.DType} and {b.DType}");
        }

        // Values of other types go through float64, the largest and the least Int64 included.
        return a.DType.IsFloating() ? mask.Where(a, b) : mask.Where(a.Cast(DType.Float64), b.Cast(DType.Float64)).Cast(a.DType);
    }
}
