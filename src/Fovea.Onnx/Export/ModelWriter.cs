using System.Globalization;
using Fovea.Io;
using Fovea.Onnx.Protocol;
using Google.Protobuf;

namespace Fovea.Onnx.Export;

/// <summary>Brings a graph into a file, and weights that are too many for one message into a file beside it.</summary>
internal static class ModelWriter
{
    // What runtimes map into memory begins at a page.
    private const long Alignment = 4096;

    // The version of the format itself that goes with a version of the operators.
    private static readonly (int Opset, int Format)[] s_formats = [(13, 7), (15, 8), (19, 9), (21, 10)];

    /// <summary>What the file says that it was written by.</summary>
    public const string Producer = "fovea";

    /// <summary>What the file says of tensors that are none of the module's: numbers that its operators take, such as axes and paddings.</summary>
    public const string ConstantNote = "constant";

    /// <summary>Writes the model whole or not at all.</summary>
    /// <exception cref="OperationCanceledException">The call is to stop.</exception>
    public static void Write(string path, ExportGraph graph, OnnxExportOptions options, WorkMeter meter)
    {
        long bytes = graph.Initializers.Values.Sum(t => t.Spec.Bytes);
        ModelProto model = Model(graph, options);
        if (bytes < options.ExternalFrom)
        {
            AddInside(model, graph);
            meter.Begin(WorkStage.Writing, model.CalculateSize());
            AtomicFile.Write(path, stream => WriteTo(meter.Counted(stream), model.WriteTo));
            meter.End();
            return;
        }

        string data = $"{Path.GetFileName(path)}.data";
        meter.Begin(WorkStage.Writing, bytes);
        AtomicFile.Write($"{path}.data", stream => WriteTo(meter.Counted(stream), counted => AddBeside(model, graph, data, counted)));

        // The old model would read the new weights: from here on it is too late to stop.
        AtomicFile.Write(path, stream => model.WriteTo(stream));
        meter.End();
    }

    /// <summary>The model as one message.</summary>
    public static byte[] ToBytes(ExportGraph graph, OnnxExportOptions options)
    {
        ModelProto model = Model(graph, options);
        long bytes = graph.Initializers.Values.Sum(t => t.Spec.Bytes);
        if (bytes >= options.ExternalFrom)
        {
            throw new OnnxException($"{bytes:N0} bytes of weights do not go into one message; write the model to a file, which puts them beside it", "export");
        }

        AddInside(model, graph);
        return model.ToByteArray();
    }

    private static void WriteTo(Stream counted, Action<Stream> write)
    {
        using (counted)
        {
            write(counted);
        }
    }

    private static ModelProto Model(ExportGraph graph, OnnxExportOptions options)
    {
        var model = new ModelProto
        {
            IrVersion = s_formats.Last(f => f.Opset <= options.Opset).Format,
            ProducerName = Producer,
            ProducerVersion = typeof(ModelWriter).Assembly.GetName().Version?.ToString(3) ?? string.Empty,
            Graph = new GraphProto { Name = options.GraphName, Node = { graph.Nodes }, Input = { graph.Inputs }, Output = { graph.Outputs } },
            OpsetImport = { new OperatorSetIdProto { Version = options.Opset } },
        };
        model.MetadataProps.Add(options.Metadata.Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
        return model;
    }

    private static void AddInside(ModelProto model, ExportGraph graph)
    {
        foreach ((string name, Tensor tensor) in graph.Initializers)
        {
            TensorProto proto = Describe(graph, name, tensor);
            proto.RawData = ByteString.CopyFrom(tensor.AsBytes());
            model.Graph.Initializer.Add(proto);
        }
    }

    private static void AddBeside(ModelProto model, ExportGraph graph, string file, Stream stream)
    {
        long at = 0;
        foreach ((string name, Tensor tensor) in graph.Initializers)
        {
            TensorProto proto = Describe(graph, name, tensor);
            if (tensor.Spec.Bytes < Alignment)
            {
                proto.RawData = ByteString.CopyFrom(tensor.AsBytes());
            }
            else
            {
                long gap = (Alignment - (at % Alignment)) % Alignment;
                stream.Write(new byte[gap]);
                at += gap;
                proto.DataLocation = TensorProto.Types.DataLocation.External;
                Add("location", file);
                Add("offset", at.ToString(CultureInfo.InvariantCulture));
                Add("length", tensor.Spec.Bytes.ToString(CultureInfo.InvariantCulture));
                stream.Write(tensor.AsBytes());
                at += tensor.Spec.Bytes;
            }

            model.Graph.Initializer.Add(proto);

            void Add(string key, string value) => proto.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        }
    }

    private static TensorProto Describe(ExportGraph graph, string name, Tensor tensor)
    {
        TensorProto proto = Describe(name, tensor);
        proto.DocString = graph.IsConstant(name) ? ConstantNote : string.Empty;
        return proto;
    }

    /// <summary>A tensor without its numbers.</summary>
    public static TensorProto Describe(string name, Tensor tensor)
    {
        var proto = new TensorProto { Name = name, DataType = (int)ExportGraph.ElementOf(tensor.DType) };
        proto.Dims.Add(tensor.Shape.Select(n => (long)n));
        return proto;
    }
}
