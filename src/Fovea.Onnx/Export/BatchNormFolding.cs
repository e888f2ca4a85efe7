using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Export;

/// <summary>
/// Folds batch norms into the convolutions before them: <c>weight · s</c> and <c>(bias − mean) · s + shift</c> with <c>s = scale / √(variance
/// + ε)</c> for each output channel. Computed in double precision, rounded once.
/// </summary>
internal static class BatchNormFolding
{
    public static void Run(ExportGraph graph)
    {
        if (!graph.Options.FoldBatchNorm)
        {
            return;
        }

        foreach (NodeProto norm in graph.Nodes.Where(n => n.OpType == "BatchNormalization").ToArray())
        {
            if (graph.Nodes.Find(n => n.OpType == "Conv" && n.Output[0] == norm.Input[0]) is { } conv && GoTogether(graph, conv, norm))
            {
                Fold(graph, conv, norm);
            }
        }
    }

    private static bool GoTogether(ExportGraph graph, NodeProto conv, NodeProto norm) =>
        Readers(graph, conv.Output[0]) == 1
        && conv.Input.Skip(1).All(n => graph.Initializers.ContainsKey(n) && Readers(graph, n) == 1)
        && norm.Input.Skip(1).All(graph.Initializers.ContainsKey)
        && graph.Initializers[conv.Input[1]].DType == DType.Float32;

    private static int Readers(ExportGraph graph, string value) => graph.Nodes.Sum(n => n.Input.Count(i => i == value));

    private static void Fold(ExportGraph graph, NodeProto conv, NodeProto norm)
    {
        double[] scale = Numbers(graph, norm.Input[1]), shift = Numbers(graph, norm.Input[2]), mean = Numbers(graph, norm.Input[3]);
        double[] variance = Numbers(graph, norm.Input[4]);
        double epsilon = norm.Attribute.Single(a => a.Name == "epsilon").F;
        double[] bias = conv.Input.Count > 2 ? Numbers(graph, conv.Input[2]) : new double[scale.Length];
        Tensor weight = graph.Initializers[conv.Input[1]].Clone();
        Span<float> weights = weight.AsSpan<float>();
        int each = weights.Length / scale.Length;
        float[] biases = new float[scale.Length];
        for (int o = 0; o < scale.Length; o++)
        {
            double factor = scale[o] / Math.Sqrt(variance[o] + epsilon);
            foreach (ref float w in weights.Slice(o * each, each))
            {
                w = (float)(w * factor);
            }

            biases[o] = (float)(((bias[o] - mean[o]) * factor) + shift[o]);
        }

        graph.Replace(conv.Input[1], weight);
        if (conv.Input.Count > 2)
        {
            graph.Replace(conv.Input[2], Tensor.From(biases));
        }
        else
        {
            string name = graph.Take(conv.Input[1].EndsWith(".weight", StringComparison.Ordinal) ? $"{conv.Input[1][..^6]}bias" : "bias");
            graph.Replace(name, Tensor.From(biases));
            conv.Input.Add(name);
        }

        graph.Nodes.Remove(norm);
        graph.Join(conv.Output[0], norm.Output[0]);
        foreach (string gone in norm.Input.Skip(1).Where(n => Readers(graph, n) == 0))
        {
            graph.Initializers.Remove(gone);
        }
    }

    private static double[] Numbers(ExportGraph graph, string name)
    {
        using Tensor wide = graph.Initializers[name].To(DType.Float64).Clone();
        return wide.ToArray<double>();
    }
}
