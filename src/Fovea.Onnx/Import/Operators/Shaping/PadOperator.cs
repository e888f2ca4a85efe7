namespace Fovea.Onnx.Import;

/// <summary>Pad in the modes constant, reflect and edge; negative widths cut.</summary>
internal static class PadOperator
{
    public static IEnumerable<Operator> All => [Operator.Of("Pad", [2, 11, 13, 18, 19, 21], Pad)];

    private static Func<NodeInputs, Tensor> Pad(NodeSetup node)
    {
        PadMode mode = node.Attributes.Text("mode", "constant") switch
        {
            "constant" => PadMode.Constant,
            "reflect" => PadMode.Reflect,
            "edge" => PadMode.Replicate,
            var other => throw new NodeRefusal($"mode \"{other}\" is not known"),
        };
        if (node.Version < 11)
        {
            long[] pads = node.Attributes.Ints("pads") ?? throw new NodeRefusal("expected pads");
            double value = node.Attributes.Float("value", 0);
            return x => Run(x[0], pads, null, mode, value);
        }

        return x => Run(x[0], x.Integers(1), x.Optional(3) is null ? null : x.Integers(3), mode, x.Optional(2)?.Item() ?? 0);
    }

    private static Tensor Run(Tensor x, long[] pads, long[]? axes, PadMode mode, double value)
    {
        int[] at = axes is null ? [.. Enumerable.Range(0, x.Rank)] : Whole.Axes(axes, x.Rank);
        if (pads.Length != 2 * at.Length || at.Distinct().Count() != at.Length)
        {
            throw new OnnxException($"expected {2 * at.Length} widths for the axes of {x.Shape}, got [{string.Join(", ", pads)}]");
        }

        var all = new (int, int)[x.Rank];
        for (int i = 0; i < at.Length; i++)
        {
            all[at[i]] = (Whole.ToInt(pads[i]), Whole.ToInt(pads[i + at.Length]));
        }

        return Surroundings.Around(x, all, value, mode);
    }
}
