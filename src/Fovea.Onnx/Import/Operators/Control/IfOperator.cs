namespace Fovea.Onnx.Import;

/// <summary>
/// If: one of two graphs, by a truth that is known when the node runs. Exporters write it where an axis may or may not have the length 1; what only
/// the graphs within read of the file's numbers is constant.
/// </summary>
internal static class IfOperator
{
    public static IEnumerable<Operator> All => [Operator.OfMany("If", [1, 11, 13, 16, 19, 21], If)];

    private static NodeRun If(NodeSetup node)
    {
        NodeRun then = node.Branch("then_branch"), otherwise = node.Branch("else_branch");
        return x => x.Integers(0) is [var truth] ? (truth != 0 ? then : otherwise)(x) : throw new OnnxException($"expected one truth, got {x[0].Shape}");
    }
}
