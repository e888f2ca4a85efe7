namespace Fovea.Onnx.Import;

/// <summary>Places of the largest and smallest numbers: ArgMax, ArgMin and TopK.</summary>
internal static class ExtremeOperators
{
    public static IEnumerable<Operator> All =>
    [
        Arg("ArgMax", static (x, axis, keep) => x.ArgMax(axis, keep)),
        Arg("ArgMin", static (x, axis, keep) => x.ArgMin(axis, keep)),
        Operator.OfMany("TopK", [1, 10, 11], TopK),
    ];

    private static Operator Arg(string name, Func<Tensor, int, bool, Tensor> find) => Operator.Of(name, [1, 11, 12, 13], node =>
    {
        long at = node.Attributes.Int("axis", 0);
        bool keep = node.Attributes.Flag("keepdims", true);
        bool last = node.Version >= 12 && node.Attributes.Flag("select_last_index");
        return x =>
        {
            int axis = Whole.Axis(at, x[0].Rank);
            Tensor values = x[0].DType.IsFloating() ? x[0] : Numbers.Real(x[0]);

            // The last of equals is the first from the other end.
            return last
                ? Numbers.Unary(find(values.Flip(axis), axis, keep), place => x[0].Shape[axis] - 1.0 - place)
                : find(values, axis, keep);
        };
    });

    private static NodeRun TopK(NodeSetup node)
    {
        long at = node.Attributes.Int("axis", -1);
        long? said = node.Version < 10 ? node.Attributes.Int("k", -1) : null;
        bool largest = node.Version < 11 || node.Attributes.Flag("largest", true);
        if (node.Version >= 11)
        {
            // Sorted is one of the orders that unsorted allows.
            node.Attributes.Ignore("sorted");
        }

        return x =>
        {
            int axis = Whole.Axis(at, x[0].Rank);
            long k = said ?? (long)x.Number(1);
            Tensor places = k >= 0 && k <= x[0].Shape[axis]
                ? Places(x[0], axis, (int)k, largest)
                : throw new OnnxException($"expected at most the {x[0].Shape[axis]} places of axis {axis}, got {k}");
            return [x[0].Gather(axis, places), places];
        };
    }

    /// <summary>The places of the first numbers in order; of equal ones the first comes first.</summary>
    private static Tensor Places(Tensor x, int axis, int k, bool largest)
    {
        (int outer, int length, int inner) = x.Shape.Around(axis);
        double[] values = x.To(DType.Float64).ToArray<double>();
        var places = Tensor.Empty(x.Shape.With(axis, k), DType.Int64);
        Span<long> to = places.AsSpan<long>();
        int[] order = new int[length];
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                int start = (o * length * inner) + i;
                for (int n = 0; n < length; n++)
                {
                    order[n] = n;
                }

                Array.Sort(order, (a, b) =>
                {
                    int compared = values[start + (a * inner)].CompareTo(values[start + (b * inner)]);
                    return compared == 0 ? a.CompareTo(b) : largest ? -compared : compared;
                });
                for (int n = 0; n < k; n++)
                {
                    to[(((o * k) + n) * inner) + i] = order[n];
                }
            }
        }

        return places;
    }
}
