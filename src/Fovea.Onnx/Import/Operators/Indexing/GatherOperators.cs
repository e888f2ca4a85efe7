namespace Fovea.Onnx.Import;

/// <summary>Places of tensors that other tensors name.</summary>
internal static class GatherOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Gather", [1, 11, 13], Gather).WithWeights(0),
        Operator.Of("GatherElements", [11, 13], GatherElements),
    ];

    private static Func<NodeInputs, Tensor> Gather(NodeSetup node)
    {
        long at = node.Attributes.Int("axis", 0);
        return x =>
        {
            int axis = Whole.Axis(at, x[0].Rank);
            Shape s = x[0].Shape, i = x[1].Shape;
            Tensor places = Forward(x[1], s[axis]);
            return x[0].IndexSelect(axis, places.Reshape(places.Elements)).Reshape([.. s.Lengths[..axis], .. i.Lengths, .. s.Lengths[(axis + 1)..]]);
        };
    }

    private static Func<NodeInputs, Tensor> GatherElements(NodeSetup node)
    {
        long at = node.Attributes.Int("axis", 0);
        return x =>
        {
            int axis = Whole.Axis(at, x[0].Rank);
            Tensor places = Forward(x[1], x[0].Shape[axis]);
            Tensor from = x[0];
            for (int other = 0; other < from.Rank; other++)
            {
                // The index may be shorter along other axes.
                if (other != axis && other < places.Rank && places.Shape[other] < from.Shape[other])
                {
                    from = from.Narrow(other, 0, places.Shape[other]);
                }
            }

            return from.Gather(axis, places);
        };
    }

    /// <summary>Places counted from the first: negative ones count from the last.</summary>
    private static Tensor Forward(Tensor places, int length)
    {
        places = places.Cast(DType.Int64);
        if (Numbers.HasValues(places) && !places.AsSpan<long>().ContainsAnyInRange(long.MinValue, -1))
        {
            return places;
        }

        Tensor real = Numbers.Real(places);
        return real.Less(0).Where(real + length, real).Cast(DType.Int64);
    }
}
