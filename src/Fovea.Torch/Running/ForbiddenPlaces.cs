namespace Fovea.Torch.Running;

/// <summary>
/// Into which values −∞ can get that a graph puts there to leave places out: by filling masks, by choosing, by constants, by logarithms. From
/// there it goes on through every op, but for a softmax, which has none in its result.
/// </summary>
internal static class ForbiddenPlaces
{
    private static readonly string[] s_ends = ["softmax", "scaled_dot_product_attention", "sigmoid"];

    /// <summary>The numbers of the values that may hold −∞.</summary>
    public static HashSet<int> Of(Graph graph)
    {
        HashSet<int> found = [.. graph.Constants.Where(c => !graph.Names.ContainsKey(c.Key) && HoldsIt(c.Value)).Select(c => c.Key)];
        foreach (GraphNode node in graph.Nodes)
        {
            if (!s_ends.Contains(node.Op.Name) && (Puts(node.Op) || node.Inputs.Any(found.Contains)))
            {
                found.UnionWith(node.Outputs);
            }
        }

        return found;
    }

    private static bool Puts(Op op) => op.Name switch
    {
        "masked_fill" => op.Attributes!.First(a => a.Name == "value").Numbers[0] == double.NegativeInfinity,
        "log" => true,
        _ => false,
    };

    private static bool HoldsIt(Tensor constant) => constant.DType switch
    {
        DType.Float32 => constant.AsSpan<float>().Contains(float.NegativeInfinity),
        DType.Float64 => constant.AsSpan<double>().Contains(double.NegativeInfinity),
        _ => false,
    };
}
