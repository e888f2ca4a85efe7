namespace Fovea.Onnx.Import;

/// <summary>Pools over all positions at once, which keep their axes with length 1.</summary>
internal static class GlobalPoolOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("GlobalAveragePool", [1], _ => static x => x[0].Mean(Positions(x[0]), keepDim: true)),
        Operator.Of("GlobalMaxPool", [1], _ => static x => x[0].Max(Positions(x[0]), keepDim: true)),
        Operator.Of("GlobalLpPool", [2], static node =>
        {
            long p = node.Attributes.Int("p", 2);
            return p is >= 1 and <= 64
                ? x => x[0].Abs().Pow(p).Sum(Positions(x[0]), keepDim: true).Pow(1.0 / p)
                : throw new NodeRefusal($"p {p} is not known");
        }),
    ];

    private static int[] Positions(Tensor x) =>
        x.Rank > 2 ? [.. Enumerable.Range(2, x.Rank - 2)] : throw new OnnxException($"expected [N, C] and axes of positions, got {x.Shape}");
}
