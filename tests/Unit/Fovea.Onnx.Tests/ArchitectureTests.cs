using Fovea.Onnx.Protocol;
using Fovea.Testing;
using Google.Protobuf;
using static Fovea.Onnx.Tests.Protos;

namespace Fovea.Onnx.Tests;

/// <summary>A network without its weights: brought into one form, kept as text, built again for other classes.</summary>
public sealed class ArchitectureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Networks => ["net_transformer", "net_transformer_17"];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Its_text_builds_the_same_network(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        string file = Repository.Golden("onnx", name, "model.onnx");
        OnnxNetwork network = OnnxArchitecture.Open(file);
        Tensor x = OnnxTensorFile.Read(Repository.Golden("onnx", name, "test_data_set_0", "input_0.pb"));
        var again = OnnxArchitecture.FromText(network.Architecture.ToText());
        Assert.Equal(network.Architecture.Weights, network.State.Values.Sum(t => (long)t.Elements));
        Assert.True(network.Architecture.ToText().Length < new FileInfo(file).Length);
        OnnxModel built = again.Build();
        StateDict.Load(built, network.State);
        built.Eval();
        OnnxModel whole = OnnxModel.Load(file);
        whole.Eval();
        Assert.Equal(whole.Call(x).ToArray<float>(), built.Call(x).ToArray<float>());
    }

    [Fact]
    public void Channels_go_first_the_batch_is_opened_and_the_softmax_left_out()
    {
        using TensorScope scope = TensorScope.Begin();
        ModelProto model = Keras();
        OnnxNetwork network = Open(model);
        OnnxArchitecture a = network.Architecture;
        Assert.Equal((3, new Size2(4, 4), 5, false), (a.Channels, a.FixedSize, a.Classes, a.GivesMaps));
        Assert.Equal(["w", "b"], a.Head);
        Assert.Contains(network.Notes, n => n.StartsWith("Softmax", StringComparison.Ordinal));
        Assert.Contains(network.Notes, n => n.Contains("left out: extra", StringComparison.Ordinal));
        Tensor last = Tensor.Empty([1, 4, 4, 3]);
        new Generator(0).FillNormal(last.AsSpan<float>());
        OnnxModel own = a.Build();
        StateDict.Load(own, network.State);
        own.Eval();
        Tensor expected = Load(model).Call(last), actual = own.Call(last.Permute(0, 3, 1, 2)).Softmax(1);
        Assert.All(expected.ToArray<float>().Zip(actual.ToArray<float>()), p => Assert.Equal(p.First, p.Second, 1e-6f));
        Assert.Equal([2, 5], own.Call(Tensor.Zeros([2, 3, 4, 4])).Shape);
    }

    [Fact]
    public void Another_head_changes_the_last_layer_alone()
    {
        using TensorScope scope = TensorScope.Begin();
        OnnxArchitecture five = Open(Keras()).Architecture, two = five.WithClasses(2);
        Assert.Equal((2, 98L), (two.Classes, two.Weights));
        Assert.Equal(5, five.Classes);
        Assert.Equal([1, 2], two.Build().Eval().Call(Tensor.Zeros([1, 3, 4, 4])).Shape);

        // Behind features.
        OnnxArchitecture features = OnnxArchitecture.Open(Repository.Golden("onnx", "net_transformer", "model.onnx")).Architecture;
        Assert.Empty(features.Head);
        OnnxArchitecture headed = features.WithClasses(4);
        Assert.Equal(["head.weight", "head.bias"], headed.Head);
        Assert.Equal(["head.weight", "head.bias"], headed.WithClasses(3).Head);

        // A graph that shapes what its last layer gives.
        ModelProto model = Keras();
        model.Graph.Node[^1].Input[0] = "shaped";
        model.Graph.Initializer.Add(new TensorProto { Name = "shape", DataType = Protos.Int64, Dims = { 2 }, Int64Data = { -1, 5 } });
        model.Graph.Node.Insert(model.Graph.Node.Count - 1, Node("Reshape", "sum shape", "shaped"));
        Assert.Contains("fixes the number of its classes", Assert.Throws<OnnxException>(() => Open(model).Architecture.WithClasses(2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void First_values_are_drawn_by_what_a_weight_is_for()
    {
        using TensorScope scope = TensorScope.Begin();
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Repository.Golden("onnx", "net_mobile", "model.onnx")));
        model.Graph.Input[0].Type.TensorType.Shape.Dim[3].DimValue = 14;
        OnnxArchitecture a = Open(model).Architecture;
        IReadOnlyDictionary<string, Tensor> Drawn(ulong seed)
        {
            OnnxModel built = a.Build();
            Initialization.Draw(built, new Generator(seed));
            return StateDict.Of(built);
        }

        IReadOnlyDictionary<string, Tensor> first = Drawn(1), same = Drawn(1), other = Drawn(2);
        Assert.All(first["stem.1.weight"].ToArray<float>().Concat(first["stem.1.running_var"].ToArray<float>()), v => Assert.Equal(1, v));
        Assert.All(first["fc.bias"].ToArray<float>().Concat(first["stem.1.running_mean"].ToArray<float>()), v => Assert.Equal(0, v));
        Assert.All(first["fc.weight"].ToArray<float>(), v => Assert.InRange(MathF.Abs(v), 0, 1 / MathF.Sqrt(8)));
        Assert.InRange(Math.Sqrt(first["stem.0.weight"].ToArray<float>().Average(v => v * v)), 0.12, 0.24);
        Assert.Equal(first["stem.0.weight"].ToArray<float>(), same["stem.0.weight"].ToArray<float>());
        Assert.NotEqual(first["stem.0.weight"].ToArray<float>(), other["stem.0.weight"].ToArray<float>());
    }

    [Theory]
    [InlineData("of 1 or 3 channels", 4, 4, 2)]
    public void What_is_no_network_for_images_is_refused(string said, int height, int width, int channels = 3)
    {
        ModelProto model = Keras();
        model.Graph.Input[0] = Value("x", 1, height, width, channels);
        Assert.Contains(said, Assert.Throws<OnnxException>(() => Open(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_texts_are_refused_by_type()
    {
        string text = Open(Keras()).Architecture.ToText();
        var random = new Random(1);
        byte[] good = Convert.FromBase64String(text);
        for (int round = 0; round < 400; round++)
        {
            byte[] bad = [.. good];
            for (int i = 0; i <= random.Next(4); i++)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            if (Record.Exception(() => OnnxArchitecture.FromText(Convert.ToBase64String(bad)).Build().Dispose()) is { } error)
            {
                Assert.IsType<OnnxException>(error);
            }
        }
    }

    private OnnxNetwork Open(ModelProto model)
    {
        string file = _folder.File("net.onnx");
        File.WriteAllBytes(file, model.ToByteArray());
        return OnnxArchitecture.Open(file);
    }

    /// <summary>As Keras writes them: one image at a time with its channels last, a matrix, a bias, a softmax; and an output more.</summary>
    private static ModelProto Keras()
    {
        ModelProto model = Model(
            13, Node("Flatten", "x", "flat", Int("axis", 1)), Node("MatMul", "flat w", "product"), Node("Add", "product b", "sum"), Node("Relu", "flat", "extra"), Node("Softmax", "sum", "y"));
        model.Graph.Input[0] = Value("x", 1, 4, 4, 3);
        model.Graph.Output.Add(Value("extra"));
        model.Graph.Initializer.Add(Floats("w", [48, 5], [.. Enumerable.Range(0, 240).Select(i => MathF.Sin(i))]));
        model.Graph.Initializer.Add(Floats("b", [5], 0, 1, 2, 3, 4));
        return model;
    }
}
