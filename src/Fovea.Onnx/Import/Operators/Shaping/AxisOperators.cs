namespace Fovea.Onnx.Import;

/// <summary>Transpose and Concat.</summary>
internal static class AxisOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Transpose", [1, 13, 21], Transpose).Carrying(),
        Operator.Of("Concat", [4, 11, 13], Concat).MeetingWeights(),
    ];

    private static Func<NodeInputs, Tensor> Transpose(NodeSetup node)
    {
        long[]? order = node.Attributes.Ints("perm");
        return x =>
        {
            int[] axes = order is null ? [.. Enumerable.Range(0, x[0].Rank).Reverse()] : Whole.Axes(order, x[0].Rank);
            return axes.Order().SequenceEqual(Enumerable.Range(0, x[0].Rank))
                ? x[0].Permute(axes)
                : throw new OnnxException($"expected each axis of {x[0].Shape} once, got [{string.Join(", ", axes)}]");
        };
    }

    private static Func<NodeInputs, Tensor> Concat(NodeSetup node)
    {
        if (!node.Attributes.Has("axis"))
        {
            throw new NodeRefusal("expected an axis");
        }

        long axis = node.Attributes.Int("axis", 0);
        return x => x.Count == 1 ? x[0] : Tensor.Concat(x.All, Whole.Axis(axis, x[0].Rank));
    }
}
