namespace Fovea.Onnx.Import;

/// <summary>How operators before opset 7 fitted the second operand to the first: only when asked to, and from an axis that they named.</summary>
internal static class LegacyBroadcast
{
    /// <summary>Gives what brings the second operand into a shape that broadcasts as later opsets' do.</summary>
    /// <param name="node">Whose attributes say it; of opset 7 and later there are none.</param>
    public static Func<Tensor, Tensor, Tensor> Of(NodeSetup node)
    {
        if (node.Opset >= 7)
        {
            return static (_, b) => b;
        }

        bool broadcasts = node.Attributes.Flag("broadcast");
        long? named = node.Attributes.Has("axis") ? node.Attributes.Int("axis", 0) : null;
        return (a, b) =>
        {
            if (!broadcasts || a.Shape == b.Shape)
            {
                return a.Shape == b.Shape ? b : throw new OnnxException($"expected operands of one shape, got {a.Shape} and {b.Shape}, and no broadcast");
            }

            int behind = named is { } axis ? a.Rank - Whole.Axis(axis, a.Rank) - b.Rank : 0;
            return behind < 0
                ? throw new OnnxException($"expected a second operand within the axes of {a.Shape}, got {b.Shape} from axis {named}")
                : b.Reshape([.. b.Shape.Lengths, .. Enumerable.Repeat(1, behind)]);
        };
    }
}
