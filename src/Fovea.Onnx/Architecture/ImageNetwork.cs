using Fovea.Onnx.Import;
using Fovea.Onnx.Protocol;
using static Fovea.Onnx.Protocol.AttributeProto.Types;

namespace Fovea.Onnx.Architecture;

/// <summary>
/// Brings the graph of a file into the form in which images go through it: one input [batch, channels, height, width], any number of them at a
/// time, and one output, without a softmax at its end.
/// </summary>
internal sealed class ImageNetwork
{
    private const string Batch = "batch";
    private static readonly long[] s_toLast = [0, 2, 3, 1];
    private static readonly long[] s_toFirst = [0, 3, 1, 2];
    private readonly GraphProto _graph;
    private readonly List<string> _notes;

    private ImageNetwork(GraphProto graph, List<string> notes) => (_graph, _notes) = (graph, notes);

    /// <summary>Whether the file has the channels of images as their last axis.</summary>
    public bool WasChannelsLast { get; private set; }

    /// <summary>Brings a graph into form.</summary>
    /// <param name="graph">Is changed.</param>
    /// <param name="notes">Is told what is otherwise than in the file.</param>
    /// <exception cref="OnnxException">It is no network for images.</exception>
    public static ImageNetwork Form(GraphProto graph, List<string> notes)
    {
        var network = new ImageNetwork(graph, notes);
        network.OneOutput();
        network.DropSoftmax();
        network.DropUnneeded();
        network.OneInput();
        return network;
    }

    /// <summary>Writes down what the graph gives for two images, and flattens or turns it into [batch, classes] or [batch, classes, height, width].</summary>
    /// <exception cref="OnnxException">It gives something else.</exception>
    public void Declare(Shape given)
    {
        if (given.Rank is not (2 or 4) || given[0] != 2)
        {
            throw new OnnxException(given.Rank > 0 && given[0] == 1
                ? "the graph gives one result for two images: it fixes how many there are; export it for any number of images"
                : $"the graph gives {given} for two images; expected [2, classes] or [2, classes, height, width]. fovea run runs any file on arrays");
        }

        bool isFlat = given.Rank == 2 || (given[2] == 1 && given[3] == 1) || (WasChannelsLast && given[1] == 1 && given[2] == 1);
        if (given.Rank == 4 && (isFlat || WasChannelsLast))
        {
            AttributeProto how = isFlat
                ? new AttributeProto { Name = "axis", Type = AttributeType.Int, I = 1 }
                : new AttributeProto { Name = "perm", Type = AttributeType.Ints, Ints = { s_toFirst } };
            string made = $"{_graph.Output[0].Name}/{(isFlat ? "flat" : "channels_first")}";
            _graph.Node.Add(new NodeProto { Name = made, OpType = isFlat ? "Flatten" : "Transpose", Input = { _graph.Output[0].Name }, Output = { made }, Attribute = { how } });
            _graph.Output[0].Name = made;
        }

        int classes = given.Rank == 2 ? given[1] : isFlat ? given.Elements / 2 : given[WasChannelsLast ? 3 : 1];
        _graph.Output[0].Type = Type(isFlat ? [Batch, classes] : [Batch, classes, "height", "width"]);
    }

    private void OneOutput()
    {
        if (_graph.Output.Count == 0)
        {
            throw new OnnxException("the graph has no output");
        }

        if (_graph.Output.Count > 1)
        {
            _notes.Add($"of its outputs the first is taken, {_graph.Output[0].Name}; left out: {string.Join(", ", _graph.Output.Skip(1).Select(o => o.Name))}");
            ValueInfoProto first = _graph.Output[0];
            _graph.Output.Clear();
            _graph.Output.Add(first);
        }
    }

    // What measures and trains a network takes its outputs before the softmax.
    private void DropSoftmax()
    {
        if (_graph.Node.FirstOrDefault(n => n.Output.Contains(_graph.Output[0].Name)) is { OpType: "Softmax" or "LogSoftmax", Input.Count: 1 } last)
        {
            _notes.Add($"{last.OpType} \"{GraphNames.NameOf(last)}\" at the end is left out: classes are told apart by what goes into it");
            _graph.Output[0].Name = last.Input[0];
        }
    }

    private void DropUnneeded()
    {
        var names = new GraphNames(_graph, [_graph.Output[0].Name]);
        NodeProto[] nodes = [.. names.Needed];
        TensorProto[] tensors = [.. _graph.Initializer.Where(t => names.Read.Contains(t.Name))];
        ValueInfoProto[] inputs = [.. names.Inputs.Where(i => names.Read.Contains(i.Name))];
        _graph.Node.Clear();
        _graph.Node.Add(nodes);
        _graph.Initializer.Clear();
        _graph.Initializer.Add(tensors);
        _graph.Input.Clear();
        _graph.Input.Add(inputs);
        _graph.ValueInfo.Clear();
        foreach (NodeProto node in nodes)
        {
            node.DocString = string.Empty;
        }
    }

    private void OneInput()
    {
        OnnxValue[] inputs = [.. _graph.Input.Select(DeclaredValues.Read)];
        if (inputs is not [{ Dimensions.Count: 4, DType: DType.Float32 } images])
        {
            throw new OnnxException(
                $"the graph takes {(inputs.Length == 0 ? "nothing" : string.Join(", ", inputs.Select(i => i.ToString())))}; expected images alone, floats [N, channels, height, width]. "
                + "fovea run runs any file on arrays");
        }

        int?[] lengths = [.. images.Dimensions.Select(d => d.Length)];
        WasChannelsLast = lengths[1] is not (1 or 3) && lengths[3] is 1 or 3;
        int channels = (WasChannelsLast ? lengths[3] : lengths[1]) ?? 3;
        (int? height, int? width) = WasChannelsLast ? (lengths[1], lengths[2]) : (lengths[2], lengths[3]);
        if (channels is not (1 or 3))
        {
            throw new OnnxException($"the graph takes {images}; expected images of 1 or 3 channels. fovea run runs any file on arrays");
        }

        object Side(int? length, string name) => length is { } fix ? fix : name;
        _graph.Input[0].Type = Type([Batch, channels, Side(height ?? width, "height"), Side(width ?? height, "width")]);
        if (WasChannelsLast)
        {
            string turned = $"{images.Name}/channels_last";
            foreach (NodeProto node in _graph.Node)
            {
                for (int i = 0; i < node.Input.Count; i++)
                {
                    node.Input[i] = node.Input[i] == images.Name ? turned : node.Input[i];
                }
            }

            _graph.Node.Insert(0, new NodeProto
            {
                Name = turned,
                OpType = "Transpose",
                Input = { images.Name },
                Output = { turned },
                Attribute = { new AttributeProto { Name = "perm", Type = AttributeType.Ints, Ints = { s_toLast } } },
            });
        }
    }

    private static TypeProto Type(params object[] lengths) => new()
    {
        TensorType = new TypeProto.Types.Tensor
        {
            ElemType = (int)TensorProto.Types.DataType.Float,
            Shape = new TensorShapeProto
            {
                Dim = { lengths.Select(l => l is int n ? new TensorShapeProto.Types.Dimension { DimValue = n } : new TensorShapeProto.Types.Dimension { DimParam = (string)l }) },
            },
        },
    };
}
