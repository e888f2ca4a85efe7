namespace Fovea.Onnx.Import;

/// <summary>Shapes of tensors, and other shapes for the same numbers.</summary>
internal static class ShapeOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Shape", [1, 13, 15, 19, 21], ShapeOf),
        Operator.Of("Size", [1, 13, 19, 21], _ => static x => Tensor.Scalar(x[0].Elements, DType.Int64)),
        Operator.Of("Reshape", [5, 13, 14, 19, 21], Reshape).Carrying(),
        Operator.Of("Flatten", [1, 9, 11, 13, 21], Flatten).Carrying(),
        Operator.Of("Squeeze", [1, 11, 13, 21], Squeeze).Carrying(),
        Operator.Of("Unsqueeze", [1, 11, 13, 21], Unsqueeze).Carrying(),
    ];

    private static Func<NodeInputs, Tensor> ShapeOf(NodeSetup node)
    {
        long start = node.Version >= 15 ? node.Attributes.Int("start", 0) : 0;
        long end = node.Version >= 15 ? node.Attributes.Int("end", long.MaxValue) : long.MaxValue;
        return x =>
        {
            int rank = x[0].Rank;
            (int from, int to) = (Whole.Clamp(start, rank), Whole.Clamp(end, rank));
            return Tensor.From([.. x[0].Shape.Skip(from).Take(to - from).Select(n => (long)n)], [Math.Max(0, to - from)]);
        };
    }

    private static Func<NodeInputs, Tensor> Reshape(NodeSetup node)
    {
        bool allowsZero = node.Version >= 14 && node.Attributes.Flag("allowzero");
        return x =>
        {
            long[] lengths = x.Integers(1);
            for (int i = 0; i < lengths.Length; i++)
            {
                if (lengths[i] == 0 && !allowsZero)
                {
                    lengths[i] = i < x[0].Rank ? x[0].Shape[i] : throw new OnnxException($"expected an axis {i} to take the length of, got {x[0].Shape}");
                }
            }

            int open = Array.IndexOf(lengths, -1);
            if (open >= 0)
            {
                lengths[open] = 1;
                int known = Whole.Shape(lengths).Elements;
                lengths[open] = known == 0 ? 0 : x[0].Elements / known;
            }

            Shape shape = Whole.Shape(lengths);
            return shape == x[0].Shape ? x[0] : x[0].Reshape(shape.Lengths);
        };
    }

    private static Func<NodeInputs, Tensor> Flatten(NodeSetup node)
    {
        long at = node.Attributes.Int("axis", 1);
        return x =>
        {
            Shape s = x[0].Shape;
            int axis = at == s.Rank ? s.Rank : Whole.Axis(at, s.Rank);
            return x[0].Reshape(s.Product(0, axis), s.Product(axis, s.Rank));
        };
    }

    private static Func<NodeInputs, Tensor> Squeeze(NodeSetup node)
    {
        long[]? said = node.Version < 13 ? node.Attributes.Ints("axes") : null;
        return x =>
        {
            Shape s = x[0].Shape;
            long[]? axes = node.Version < 13 ? said : x.Optional(1) is null ? null : x.Integers(1);
            int[] dropped = axes is null ? [.. Enumerable.Range(0, s.Rank).Where(i => s[i] == 1)] : Whole.Axes(axes, s.Rank);
            return Array.TrueForAll(dropped, a => s[a] == 1)
                ? x[0].Reshape([.. s.Where((_, i) => !dropped.Contains(i))])
                : throw new OnnxException($"expected axes of length 1 to drop, got [{string.Join(", ", dropped)}] of {s}");
        };
    }

    private static Func<NodeInputs, Tensor> Unsqueeze(NodeSetup node)
    {
        long[]? said = node.Version < 13 ? node.Attributes.Ints("axes") : null;
        return x =>
        {
            long[] axes = said ?? x.Integers(1);
            int rank = x[0].Rank + axes.Length;
            HashSet<int> added = [.. Whole.Axes(axes, rank)];
            var old = new Queue<int>(x[0].Shape);
            return added.Count == axes.Length
                ? x[0].Reshape([.. Enumerable.Range(0, rank).Select(i => added.Contains(i) ? 1 : old.Dequeue())])
                : throw new OnnxException($"expected different axes, got [{string.Join(", ", axes)}]");
        };
    }
}
