using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Import;

/// <summary>Activations in pieces.</summary>
internal static class ActivationPatterns
{
    private const float Near = 1e-5f;

    /// <summary><c>x · sigmoid(x)</c>.</summary>
    public static FusedNode? Silu(NodeProto last, PatternGraph graph) =>
        Gated(last, graph, "Sigmoid", static _ => true) is { } found ? new(FusedOperators.Silu, [found.X], [last, found.Gate]) : null;

    /// <summary><c>x · hardsigmoid(x)</c> with the slope 1/6.</summary>
    public static FusedNode? HardSwish(NodeProto last, PatternGraph graph) =>
        Gated(last, graph, "HardSigmoid", static g => Is(Float(g, "alpha", 0.2f), 1f / 6) && Is(Float(g, "beta", 0.5f), 0.5f)) is { } found
            ? new(FusedOperators.HardSwish, [found.X], [last, found.Gate])
            : null;

    /// <summary><c>½ · x · (1 + erf(x / √2))</c>, its three factors in any order.</summary>
    public static FusedNode? Gelu(NodeProto last, PatternGraph graph)
    {
        if (last.OpType != "Mul")
        {
            return null;
        }

        foreach ((string outer, string inner) in PatternGraph.Pairs(last))
        {
            if (graph.Maker(inner, "Mul") is not { } product)
            {
                continue;
            }

            foreach ((string a, string b) in PatternGraph.Pairs(product))
            {
                foreach (string[] factors in new[] { new[] { outer, a, b }, [a, outer, b], [a, b, outer] })
                {
                    if (graph.Number(factors[0]) == 0.5f && OnePlusErf(factors[2], graph) is { } gate && gate.X == factors[1])
                    {
                        return new(FusedOperators.Gelu, [gate.X], [last, product, .. gate.Nodes]);
                    }
                }
            }
        }

        return null;
    }

    private static (string X, NodeProto[] Nodes)? OnePlusErf(string name, PatternGraph graph)
    {
        if (graph.Maker(name, "Add") is { } sum)
        {
            foreach ((string one, string other) in PatternGraph.Pairs(sum))
            {
                if (graph.Number(one) == 1 && graph.Maker(other, "Erf") is { Input.Count: 1 } erf)
                {
                    if (graph.Maker(erf.Input[0], "Div") is { Input: [var x, var root] } quotient && Is(graph.Number(root), MathF.Sqrt(2)))
                    {
                        return (x, [sum, erf, quotient]);
                    }

                    if (graph.Maker(erf.Input[0], "Mul") is { } scaled && PatternGraph.Pairs(scaled).FirstOrDefault(p => Is(graph.Number(p.B), MathF.Sqrt(0.5f))) is { A: { } y })
                    {
                        return (y, [sum, erf, scaled]);
                    }
                }
            }
        }

        return null;
    }

    private static (string X, NodeProto Gate)? Gated(NodeProto last, PatternGraph graph, string op, Func<NodeProto, bool> fits)
    {
        foreach ((string x, string gate) in last.OpType == "Mul" ? PatternGraph.Pairs(last) : [])
        {
            if (graph.Maker(gate, op) is { Input: [var read] } found && read == x && fits(found))
            {
                return (x, found);
            }
        }

        return null;
    }

    private static float Float(NodeProto node, string name, float otherwise) => node.Attribute.FirstOrDefault(a => a.Name == name)?.F ?? otherwise;

    private static bool Is(float? number, float expected) => number is { } n && MathF.Abs(n - expected) <= Near * expected;
}
