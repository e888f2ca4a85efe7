using Fovea.Onnx.Protocol;
using static Fovea.Onnx.Protocol.TensorProto.Types;

namespace Fovea.Onnx.Export;

/// <summary>Puts resizing and normalisation before a model: see <see cref="OnnxPreprocessing"/>.</summary>
internal static class PreprocessingNodes
{
    private const int AntialiasSince = 18;

    public static void Run(ExportGraph graph)
    {
        if (graph.Options.Preprocessing is not { } asked)
        {
            return;
        }

        TensorSpec spec = graph.Family.First.Values[graph.Family.First.Inputs[0]];
        if (graph.Inputs.Count != 1 || spec.Shape.Rank != 4 || spec.DType != DType.Float32 || spec.Shape[1] != asked.Mean.Count
            || asked.Mean.Count != asked.Deviation.Count)
        {
            throw new OptionException("export", $"preprocessing: expected a model of one input [N, {asked.Mean.Count}, H, W] of Float32, got {spec}.");
        }

        ValueInfoProto input = graph.Inputs[0];
        string image = graph.Take("image");
        var nodes = new List<NodeProto>();
        string pixels = Add("Transpose", [Add("Cast", [image], ("to", (int)DataType.Float))], ("perm", new long[] { 0, 3, 1, 2 }));
        string resized = Resize(graph, spec, pixels, Add);
        string unit = Add("Div", [resized, graph.Constant("levels", Tensor.Scalar(255))]);
        string centred = Add("Sub", [unit, graph.Constant("mean", PerChannel(asked.Mean))]);
        Add("Div", [centred, graph.Constant("deviation", PerChannel(asked.Deviation))]);
        nodes[^1].Output[0] = input.Name;
        graph.Nodes.InsertRange(0, nodes);

        TensorShapeProto.Types.Dimension batch = input.Type.TensorType.Shape.Dim[0].Clone();
        input.Name = image;
        input.Type.TensorType = new TypeProto.Types.Tensor
        {
            ElemType = (int)DataType.Uint8,
            Shape = new TensorShapeProto
            {
                Dim =
                {
                    batch, new TensorShapeProto.Types.Dimension { DimParam = "image_height" },
                    new TensorShapeProto.Types.Dimension { DimParam = "image_width" }, new TensorShapeProto.Types.Dimension { DimValue = asked.Mean.Count },
                },
            },
        };

        string Add(string type, string[] inputs, params (string Name, object Value)[] attributes)
        {
            var node = new NodeProto { Name = graph.Take($"preprocess/{type}"), OpType = type };
            node.Input.Add(inputs);
            node.Output.Add(graph.Take($"{node.Name}_output"));
            node.Attribute.Add(attributes.Select(a => NodeAttribute.Of(a.Name, a.Value)));
            nodes.Add(node);
            return node.Output[0];
        }
    }

    private delegate string Adder(string type, string[] inputs, params (string Name, object Value)[] attributes);

    private static string Resize(ExportGraph graph, TensorSpec spec, string pixels, Adder add)
    {
        (string, object)[] how = [("mode", "linear"), ("coordinate_transformation_mode", "half_pixel")];
        string size = graph.Constant("image_size", Tensor.From<long>([spec.Shape[2], spec.Shape[3]]));
        if (graph.Options.Opset >= AntialiasSince)
        {
            return add("Resize", [pixels, string.Empty, string.Empty, size], [.. how, ("antialias", 1), ("axes", new long[] { 2, 3 })]);
        }

        string kept = add("Gather", [add("Shape", [pixels]), graph.Constant("axes", Tensor.From<long>([0, 1]))], ("axis", 0));
        return add("Resize", [pixels, string.Empty, string.Empty, add("Concat", [kept, size], ("axis", 0))], how);
    }

    private static Tensor PerChannel(IReadOnlyList<double> numbers) => Tensor.From([.. numbers.Select(n => (float)n)], [numbers.Count, 1, 1]);
}
