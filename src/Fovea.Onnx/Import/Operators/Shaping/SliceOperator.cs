namespace Fovea.Onnx.Import;

/// <summary>Slice, forwards and backwards.</summary>
internal static class SliceOperator
{
    public static IEnumerable<Operator> All => [Operator.Of("Slice", [1, 10, 11, 13], Slice).Carrying()];

    private static Func<NodeInputs, Tensor> Slice(NodeSetup node)
    {
        if (node.Version >= 10)
        {
            return static x => Run(
                x[0], x.Integers(1), x.Integers(2), x.Optional(3) is null ? null : x.Integers(3), x.Optional(4) is null ? null : x.Integers(4));
        }

        long[] starts = node.Attributes.Ints("starts") ?? throw new NodeRefusal("expected starts");
        long[] ends = node.Attributes.Ints("ends") ?? throw new NodeRefusal("expected ends");
        long[]? axes = node.Attributes.Ints("axes");
        return x => Run(x[0], starts, ends, axes, null);
    }

    private static Tensor Run(Tensor x, long[] starts, long[] ends, long[]? axes, long[]? steps)
    {
        int[] at = axes is null ? [.. Enumerable.Range(0, Math.Min(starts.Length, x.Rank))] : Whole.Axes(axes, x.Rank);
        if (starts.Length != at.Length || ends.Length != at.Length || (steps is not null && (steps.Length != at.Length || steps.Contains(0))) || at.Distinct().Count() != at.Length)
        {
            throw new OnnxException($"expected a start, an end and a step other than 0 for each of the axes [{string.Join(", ", at)}]");
        }

        for (int i = 0; i < at.Length; i++)
        {
            x = Along(x, at[i], starts[i], ends[i], steps?[i] ?? 1);
        }

        return x;
    }

    private static Tensor Along(Tensor x, int axis, long start, long end, long step)
    {
        int length = x.Shape[axis];
        if (step > 0)
        {
            (int from, int to) = (Whole.Clamp(start, length), Whole.Clamp(end, length));
            return (from, to, step) == (0, length, 1) ? x : x.Slice(axis, from, to, (int)Math.Min(step, Math.Max(1, length)));
        }

        // Backwards: a start past the end is the last place, an end before the first lets the first in.
        long first = Math.Clamp(start < 0 ? start + length : start, -1, length - 1);
        long last = Math.Clamp(end < 0 ? end + length : end, -1, length - 1);
        step = Math.Max(step, -Math.Max(1, length));
        if (first == length - 1 && last == -1 && step == -1)
        {
            return x.Flip(axis);
        }

        var places = new List<long>();
        for (long place = first; place > last; place += step)
        {
            places.Add(place);
        }

        return x.IndexSelect(axis, Tensor.From(places.ToArray()));
    }
}
