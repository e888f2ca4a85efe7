using Fovea.Onnx.Import;
using Fovea.Onnx.Protocol;
using static Fovea.Onnx.Protocol.AttributeProto.Types;

namespace Fovea.Onnx.Architecture;

/// <summary>Gives a graph without its weights' numbers a head for other classes.</summary>
internal static class HeadReplacement
{
    /// <summary>Makes the head one for other classes, or puts one behind a graph that ends with features.</summary>
    /// <param name="graph">Is changed.</param>
    /// <param name="before">How many classes, or features, it gives.</param>
    /// <param name="classes">How many it is to give.</param>
    /// <param name="givesMaps">Whether there is a number for each class and pixel.</param>
    public static void Apply(GraphProto graph, int before, int classes, bool givesMaps)
    {
        if (GraphHead.Find(graph, graph.Output[0].Name) is { } head)
        {
            graph.Initializer.First(t => t.Name == head.Weight).Dims[head.Axis] = classes;
            if (head.Bias is { } bias)
            {
                TensorProto added = graph.Initializer.First(t => t.Name == bias);
                added.Dims[added.Dims.IndexOf(before)] = classes;
            }
        }
        else
        {
            Append(graph, before, classes, givesMaps);
        }
    }

    private static void Append(GraphProto graph, int features, int classes, bool givesMaps)
    {
        string weight = Free(graph, "head.weight"), bias = Free(graph, "head.bias"), output = Free(graph, "logits");
        graph.Initializer.Add(Weight(weight, givesMaps ? [classes, features, 1, 1] : [classes, features]));
        graph.Initializer.Add(Weight(bias, [classes]));
        var node = new NodeProto { Name = Free(graph, "head"), OpType = givesMaps ? "Conv" : "Gemm", Input = { graph.Output[0].Name, weight, bias }, Output = { output } };
        if (!givesMaps)
        {
            node.Attribute.Add(new AttributeProto { Name = "transB", Type = AttributeType.Int, I = 1 });
        }

        graph.Node.Add(node);
        graph.Output[0].Name = output;
    }

    private static TensorProto Weight(string name, long[] dims) => new() { Name = name, DataType = (int)TensorProto.Types.DataType.Float, Dims = { dims } };

    private static string Free(GraphProto graph, string name)
    {
        HashSet<string> taken = [.. graph.Initializer.Select(t => t.Name), .. graph.Node.SelectMany(n => n.Output.Append(n.Name)), .. graph.Input.Select(i => i.Name)];
        string free = name;
        for (int number = 2; taken.Contains(free); number++)
        {
            free = $"{name}.{number}";
        }

        return free;
    }
}
