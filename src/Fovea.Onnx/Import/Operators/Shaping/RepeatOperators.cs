namespace Fovea.Onnx.Import;

/// <summary>Expand and Tile.</summary>
internal static class RepeatOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Expand", [8, 13], _ => static x => Expand(x[0], x.Integers(1))).Carrying(),
        Operator.Of("Tile", [6, 13], _ => static x => Tile(x[0], x.Lengths(1))),
    ];

    /// <summary>Broadcasts both ways: a length of 1 that is asked for leaves the tensor's own.</summary>
    private static Tensor Expand(Tensor x, long[] wanted)
    {
        long[] lengths = new long[Math.Max(x.Rank, wanted.Length)];
        for (int axis = 1; axis <= lengths.Length; axis++)
        {
            long own = axis <= x.Rank ? x.Shape[-axis] : 1;
            long asked = axis <= wanted.Length ? wanted[^axis] : 1;
            lengths[^axis] = own == 1 ? asked : own;
            if (own != 1 && asked != 1 && own != asked)
            {
                throw new OnnxException($"expected a shape that broadcasts with {x.Shape}, got [{string.Join(", ", wanted)}]");
            }
        }

        Shape shape = Whole.Shape(lengths);
        return shape == x.Shape ? x : x.Expand(shape.Lengths);
    }

    private static Tensor Tile(Tensor x, int[] repeats)
    {
        if (repeats.Length != x.Rank || repeats.Any(r => r < 0))
        {
            throw new OnnxException($"expected {x.Rank} numbers of at least 0, got [{string.Join(", ", repeats)}]");
        }

        for (int axis = 0; axis < repeats.Length; axis++)
        {
            if (repeats[axis] != 1)
            {
                (Shape s, int times) = (x.Shape, repeats[axis]);
                Tensor many = x.Unsqueeze(axis).Expand([.. s.Lengths[..axis], times, .. s.Lengths[axis..]]);
                x = many.Reshape(Whole.Shape([.. s.Select((n, i) => i == axis ? (long)n * times : n)]).Lengths);
            }
        }

        return x;
    }
}
