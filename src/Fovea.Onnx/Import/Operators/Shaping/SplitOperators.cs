namespace Fovea.Onnx.Import;

/// <summary>Split, into parts of given or equal lengths.</summary>
internal static class SplitOperators
{
    public static IEnumerable<Operator> All => [Operator.OfMany("Split", [2, 11, 13, 18], Split)];

    private static NodeRun Split(NodeSetup node)
    {
        long at = node.Attributes.Int("axis", 0);
        long[]? said = node.Version < 13 ? node.Attributes.Ints("split") : null;
        int parts = node.Outputs;
        if (node.Version >= 18 && node.Attributes.Has("num_outputs"))
        {
            node.Attributes.Only("num_outputs", parts);
        }

        bool shorterLast = node.Version >= 18;
        return x =>
        {
            int axis = Whole.Axis(at, x[0].Rank);
            int length = x[0].Shape[axis];
            int part = shorterLast ? (length + parts - 1) / parts : length / parts;
            int[] sizes = said is not null ? Array.ConvertAll(said, Whole.ToInt)
                : node.Version >= 13 && x.Optional(1) is not null ? x.Lengths(1)
                : [.. Enumerable.Range(0, parts).Select(i => Math.Clamp(length - (i * part), 0, part))];
            return sizes.Length == parts && Array.TrueForAll(sizes, s => s >= 0) && sizes.Sum(s => (long)s) == length
                ? x[0].Split(sizes, axis)
                : throw new OnnxException($"expected {parts} parts that make up the {length} places of axis {axis}, got [{string.Join(", ", sizes)}]");
        };
    }
}
