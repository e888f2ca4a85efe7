using Fovea.Onnx.Protocol;
using Fovea.Testing;
using Google.Protobuf;
using static Fovea.Onnx.Tests.Protos;

namespace Fovea.Onnx.Tests;

/// <summary>What is not known is refused by name when a model is loaded, and what is broken with a typed error.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void Everything_that_is_not_known_is_named_at_once()
    {
        NodeProto foreign = Node("FusedConv", "c", "d");
        foreign.Domain = "com.microsoft";
        ModelProto model = Model(13, Node("NonZero", "x", "a"), Node("Elu", "a", "b", Int("beta", 1)), Node("NonZero", "b", "c"), foreign, Node("Gelu", "d", "y"));
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        OnnxException error = Assert.Throws<OnnxException>(() => Load(model));
        Assert.Equal(["NonZero-a", "Elu-b", "NonZero-c", "FusedConv-d", "Gelu-y"], error.Problems.Select(p => p.Node));
        Assert.Contains("5 nodes cannot be run here: NonZero 13 in \"NonZero-a\", \"NonZero-c\": no such operator is known", error.Message, StringComparison.Ordinal);
        Assert.Contains("the attribute beta not known", error.Message, StringComparison.Ordinal);
        Assert.Contains("com.microsoft.FusedConv 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("this version of the operator is not known", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_output_needs_is_left_out()
    {
        OnnxModel model = Load(Model(13, Node("NonZero", "x", "a"), Node("Relu", "x", "y")));
        using TensorScope scope = TensorScope.Begin();
        Assert.Equal([0f, 2, 0], model.Call(Tensor.From([-1f, 2, -3], [1, 3])).ToArray<float>());
    }

    public static TheoryData<string, string> Broken => new()
    {
        { "no graph", "holds no graph" },
        { "opset 22", "is of opset 22; opsets 1 to 21 are read" },
        { "nothing makes it", "reads \"nowhere\", which nothing before it makes" },
        { "out of order", "reads \"later\", which nothing before it makes" },
        { "made twice", "\"y\" is made twice" },
        { "no output", "the graph has no output" },
        { "unknown output", "makes the output \"z\"" },
        { "dims past the data", "of shape [10000, 1000] takes 10000000 numbers, got 2" },
        { "negative dim", "expected lengths of at least 0" },
        { "string tensor", "elements of string, which are not read" },
        { "a sequence", "\"x\" is no tensor" },
        { "folded to nothing", "Reshape \"Reshape-c\"" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_model_is_refused_with_what_is_wrong(string what, string message)
    {
        ModelProto model = Model(13, Node("Add", "x w", "y"));
        model.Graph.Initializer.Add(Floats("w", [2], 1, 2));
        switch (what)
        {
            case "no graph":
                model.Graph = null;
                break;
            case "opset 22":
                model.OpsetImport[0].Version = 22;
                break;
            case "nothing makes it":
                model.Graph.Node[0].Input[1] = "nowhere";
                break;
            case "out of order":
                model.Graph.Node[0].Input[1] = "later";
                model.Graph.Node.Add(Node("Relu", "x", "later"));
                break;
            case "made twice":
                model.Graph.Node.Add(Node("Relu", "x", "y"));
                break;
            case "no output":
                model.Graph.Output.Clear();
                break;
            case "unknown output":
                model.Graph.Output[0].Name = "z";
                break;
            case "dims past the data":
                model.Graph.Initializer[0] = Floats("w", [10_000, 1000], 1, 2);
                break;
            case "negative dim":
                model.Graph.Initializer[0] = Floats("w", [-2], 1, 2);
                break;
            case "string tensor":
                model.Graph.Initializer[0] = new TensorProto { Name = "w", DataType = (int)TensorProto.Types.DataType.String };
                break;
            case "a sequence":
                model.Graph.Input[0].Type = new TypeProto { SequenceType = new TypeProto.Types.Sequence() };
                break;
            default:
                model.Graph.Initializer.Add(new TensorProto { Name = "s", DataType = Protos.Int64, Dims = { 1 }, Int64Data = { 3 } });
                model.Graph.Initializer.Add(new TensorProto { Name = "i", DataType = Protos.Int64, Dims = { 2 }, Int64Data = { 3, 4 } });
                model.Graph.Node.Insert(0, Node("Reshape", "i s", "c"));
                model.Graph.Node[1].Input[1] = "c";
                break;
        }

        Assert.Contains(message, Assert.Throws<OnnxException>(() => Load(model)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a model at all")]
    [InlineData("\u0008\u0008\u003a\u00ff\u00ff\u00ff\u00ff\u0007")]
    public void Bytes_that_are_no_model_are_refused(string text) =>
        Assert.Throws<OnnxException>(() => OnnxModel.Load(new MemoryStream([.. text.Select(c => (byte)c)])));

    [Fact]
    public void Empty_messages_and_deep_ones_are_refused_before_they_are_made()
    {
        // Two bytes each, and four hundred in memory.
        byte[] many = [.. Enumerable.Repeat<byte[]>([0x0A, 0x00], 1 << 20).SelectMany(b => b)];
        var file = new MemoryStream();
        using (var writer = new CodedOutputStream(file, leaveOpen: true))
        {
            writer.WriteTag(7, WireFormat.WireType.LengthDelimited);
            writer.WriteBytes(ByteString.CopyFrom(many));
        }

        file.Position = 0;
        Assert.Contains("memory", Assert.Throws<OnnxException>(() => OnnxModel.Load(file)).Message, StringComparison.Ordinal);

        ModelProto deep = Model(13, Node("If", "x", "y"));
        for (int i = 0; i < 40; i++)
        {
            deep = new ModelProto { Graph = new GraphProto { Node = { new NodeProto { Attribute = { new AttributeProto { Name = "then", G = deep.Graph } } } } } };
        }

        Assert.Contains("deep in one another", Assert.Throws<OnnxException>(() => Load(deep)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_in_parts_is_refused_since_each_would_copy_those_before()
    {
        byte[] part = Model(13, Node("Relu", "x", "y")).ToByteArray();
        Assert.Contains("has its graph twice", Assert.Throws<OnnxException>(() => OnnxModel.Load(new MemoryStream([.. part, .. part]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_that_would_fill_the_memory_is_not_computed_when_the_model_is_loaded()
    {
        ModelProto model = Model(13, Node("ConstantOfShape", "s", "big"), Node("Add", "x big", "y"));
        model.Graph.Initializer.Add(new TensorProto { Name = "s", DataType = Protos.Int64, Dims = { 1 }, Int64Data = { 2_000_000_000 } });
        OnnxModel loaded = Load(model);
        Assert.Empty(loaded.Parameters());

        // The table has 8 GB. Other classes run meanwhile, but on tensors of megabytes.
        Assert.InRange(TensorMemory.PeakBytes, 0, 4_000_000_000);
    }

    [Theory]
    [InlineData("../weights.bin", "in the model's folder or below it")]
    [InlineData("/etc/hostname", "in the model's folder or below it")]
    [InlineData("sub/../../w.bin", "in the model's folder or below it")]
    [InlineData("", "in the model's folder or below it")]
    [InlineData("short.bin", "it was cut off")]
    [InlineData("link.bin", "reached by a link")]
    public void External_data_come_from_the_folder_alone(string location, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("short.bin"), new byte[4]);
        File.WriteAllBytes(folder.File("good.bin"), [0, 0, 128, 63, 0, 0, 0, 64]);
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(folder.File("link.bin"), folder.File("good.bin"));
        }

        Assert.SkipWhen(OperatingSystem.IsWindows() && location == "link.bin", "links need rights there");
        ModelProto model = Model(13, Node("Add", "x w", "y"));
        TensorProto tensor = new() { Name = "w", DataType = Float, Dims = { 2 }, DataLocation = TensorProto.Types.DataLocation.External };
        model.Graph.Input[0] = Value("x", "n", 2);
        model.Graph.Initializer.Add(tensor);
        string path = folder.File("m.onnx");
        Write(location);
        Assert.Contains(message, Assert.Throws<OnnxException>(() => OnnxModel.Load(path)).Message, StringComparison.Ordinal);
        Write("good.bin");
        using TensorScope scope = TensorScope.Begin();
        Assert.Equal([1f, 2], OnnxModel.Load(path).Call(Tensor.Zeros([1, 2])).ToArray<float>());

        void Write(string at)
        {
            tensor.ExternalData.Clear();
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = at });
            File.WriteAllBytes(path, model.ToByteArray());
        }
    }
}
