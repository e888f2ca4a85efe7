namespace Fovea.Onnx.Import;

/// <summary>GatherND and ScatterND: rows at places of several axes, taken out or put in.</summary>
internal static class ScatterOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("GatherND", [11, 12, 13], GatherRows),
        Operator.Of("ScatterND", [11, 13, 16, 18], ScatterRows),
    ];

    private static Func<NodeInputs, Tensor> GatherRows(NodeSetup node)
    {
        if (node.Version >= 12)
        {
            node.Attributes.Only("batch_dims", 0);
        }

        return x =>
        {
            (Tensor rows, long[] places, int axes) = Rows(x[0], x[1]);
            return rows.IndexSelect(0, Tensor.From(places)).Reshape([.. x[1].Shape.Lengths[..^1], .. x[0].Shape.Lengths[axes..]]);
        };
    }

    private static Func<NodeInputs, Tensor> ScatterRows(NodeSetup node)
    {
        if (node.Version >= 16 && node.Attributes.Text("reduction", "none") is not "none" and var reduction)
        {
            throw new NodeRefusal($"reduction \"{reduction}\" is not known");
        }

        return x =>
        {
            (Tensor rows, long[] places, int axes) = Rows(x[0], x[1]);
            if (x[2].Elements != (long)places.Length * rows.Shape[1])
            {
                throw new OnnxException($"expected {places.Length} rows of {rows.Shape[1]}, got {x[2].Shape}");
            }

            // The rows that are put in stand behind the others, and each place takes its own or one of those.
            long[] taken = [.. Enumerable.Range(0, rows.Shape[0]).Select(n => (long)n)];
            for (int i = 0; i < places.Length; i++)
            {
                taken[places[i]] = rows.Shape[0] + i;
            }

            Tensor all = Tensor.Concat([rows, x[2].Reshape(places.Length, rows.Shape[1])]);
            return all.IndexSelect(0, Tensor.From(taken)).Reshape(x[0].Shape.Lengths);
        };
    }

    /// <summary>A tensor as rows, the rows that an index names by its last axis, and how many axes that takes.</summary>
    private static (Tensor Rows, long[] Places, int Axes) Rows(Tensor x, Tensor index)
    {
        int axes = index.Rank > 0 ? index.Shape[-1] : 0;
        if (axes < 1 || axes > x.Rank)
        {
            throw new OnnxException($"expected an index whose last axis names 1 to {x.Rank} axes, got {index.Shape}");
        }

        long[] numbers = index.Cast(DType.Int64).ToArray<long>();
        long[] places = new long[numbers.Length / axes];
        for (int i = 0; i < numbers.Length; i++)
        {
            int length = x.Shape[i % axes];
            long place = numbers[i] < 0 ? numbers[i] + length : numbers[i];
            places[i / axes] = place >= 0 && place < length
                ? (places[i / axes] * length) + place
                : throw new OnnxException($"expected places below {length} in axis {i % axes}, got {numbers[i]}");
        }

        return (x.Reshape(x.Shape.Product(0, axes), x.Shape.Product(axes, x.Rank)), places, axes);
    }
}
