using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Import;

/// <summary>A norm over the last axis in pieces: <c>(x − mean) / √(mean((x − mean)²) + ε) · weight + bias</c>.</summary>
internal static class LayerNormPattern
{
    public static FusedNode? Find(NodeProto last, PatternGraph graph)
    {
        if (last.OpType != "Add")
        {
            return null;
        }

        foreach ((string bias, string weighted) in PatternGraph.Pairs(last))
        {
            if (graph.IsList(bias) && graph.Maker(weighted, "Mul") is { } product)
            {
                foreach ((string weight, string normed) in PatternGraph.Pairs(product))
                {
                    if (graph.IsList(weight) && graph.Maker(normed, "Div") is { Input: [var numerator, var deviation] } quotient && Deviation(deviation, graph) is { } found
                        && Centred(numerator, graph) is { } centred && centred.X == found.X)
                    {
                        return new(FusedOperators.LayerNorm, [centred.X, weight, bias], [.. new[] { last, product, quotient }.Concat(found.Nodes).Concat(centred.Nodes).Distinct()], found.Epsilon);
                    }
                }
            }
        }

        return null;
    }

    private static (string X, float Epsilon, NodeProto[] Nodes)? Deviation(string name, PatternGraph graph)
    {
        if (graph.Maker(name, "Sqrt") is { Input: [var shifted] } root && graph.Maker(shifted, "Add") is { } sum)
        {
            foreach ((string epsilon, string variance) in PatternGraph.Pairs(sum))
            {
                if (graph.Number(epsilon) is { } added and > 0 && graph.Maker(variance, "ReduceMean") is { } mean && IsOverLast(mean)
                    && graph.Maker(mean.Input[0], "Pow") is { Input: [var numerator, var exponent] } square && graph.Number(exponent) == 2 && Centred(numerator, graph) is { } centred)
                {
                    return (centred.X, added, [root, sum, mean, square, .. centred.Nodes]);
                }
            }
        }

        return null;
    }

    private static (string X, NodeProto[] Nodes)? Centred(string name, PatternGraph graph) =>
        graph.Maker(name, "Sub") is { Input: [var x, var mean] } difference && graph.Maker(mean, "ReduceMean") is { } taken && IsOverLast(taken) && taken.Input[0] == x
            ? (x, [difference, taken])
            : null;

    // Later versions have the axes as an input, and a LayerNormalization of their own.
    private static bool IsOverLast(NodeProto mean) =>
        mean.Input.Count == 1 && mean.Attribute.FirstOrDefault(a => a.Name == "axes") is { Ints: [-1] } && mean.Attribute.FirstOrDefault(a => a.Name == "keepdims") is null or { I: 1 };
}
