using Fovea.Io;
using Fovea.Models;
using Fovea.Onnx.Protocol;
using Fovea.Testing;
using Google.Protobuf;
using static Fovea.Onnx.Tests.Protos;

namespace Fovea.Onnx.Tests;

/// <summary>Networks whose writers number their weights: they are found in the catalogue by their layers.</summary>
public sealed class LayerMatchTests : IDisposable
{
    private const int Classes = 10, Side = 64;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int> Models => new() { { "resnet8", Side }, { "resnet20-cifar", 32 }, { "unet-small", Side } };

    [Theory]
    [MemberData(nameof(Models))]
    public void Numbered_weights_in_any_order_get_the_names_of_the_catalogue(string key, int side)
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = ModelCatalog.Create(key, new ModelOptions { Classes = Classes }).Eval();
        OnnxNetwork network = Open(Numbered(model, side));
        LayerMatch match = Assert.IsType<LayerMatch>(LayerMatch.Find(network.Architecture));
        Assert.Equal(key, match.Model);
        IReadOnlyDictionary<string, Tensor> found = match.Rename(network.State), own = StateDict.Of(model);
        Assert.Equal(own.Keys.Where(n => !n.EndsWith("num_batches_tracked", StringComparison.Ordinal)).Order(), found.Keys.Order());
        Assert.All(found, t => Assert.Equal(own[t.Key].ToArray<float>(), t.Value.ToArray<float>()));
    }

    [Fact]
    public void A_network_for_other_classes_is_found_without_its_classifier()
    {
        using TensorScope scope = TensorScope.Begin();
        ModelProto model = Numbered(ModelCatalog.Create("resnet8", new ModelOptions { Classes = Classes }).Eval(), Side);
        NodeProto head = model.Graph.Node[^1];
        model.Graph.Node.Remove(head);
        model.Graph.Output[0] = Value(head.Input[0], "n", 64);
        LayerMatch match = Assert.IsType<LayerMatch>(LayerMatch.Find(Open(model).Architecture));
        Assert.Equal("resnet8", match.Model);
        Assert.DoesNotContain("fc.weight", match.Names.Values);
        Assert.Contains("layer3.0.conv2.weight", match.Names.Values);

        // And so is one that goes on behind it.
        model.Graph.Output[0] = Value("more", "n", 3);
        model.Graph.Initializer.Add(Floats("A", [64, 64], new float[64 * 64]));
        model.Graph.Initializer.Add(Floats("B", [3, 64], new float[3 * 64]));
        model.Graph.Node.Add(Node("Gemm", $"{head.Input[0]} A", "between", Int("transB", 1)));
        model.Graph.Node.Add(Node("Gemm", "between B", "more", Int("transB", 1)));
        Assert.Equal(match.Names.Values.Order(), LayerMatch.Find(Open(model).Architecture)!.Names.Values.Order());
    }

    [Fact]
    public void A_network_of_other_strides_or_of_other_layers_is_none_of_the_catalogues()
    {
        using TensorScope scope = TensorScope.Begin();
        ModelProto model = Numbered(ModelCatalog.Create("resnet8", new ModelOptions { Classes = Classes }).Eval(), Side);
        AttributeProto strides = model.Graph.Node.First(n => n.OpType == "Conv").Attribute.First(a => a.Name == "strides");
        Assert.Equal([2, 2], strides.Ints);
        (strides.Ints[0], strides.Ints[1]) = (1, 1);
        Assert.Null(LayerMatch.Find(Open(model).Architecture));
        Assert.Null(LayerMatch.Find(OnnxArchitecture.Open(Repository.Golden("onnx", "net_transformer", "model.onnx")).Architecture));
    }

    private OnnxNetwork Open(ModelProto model)
    {
        string path = Path.Combine(_folder.Path, "numbered.onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        return OnnxArchitecture.Open(path);
    }

    /// <summary>The model as a writer leaves it that keeps no names: its tensors numbered from the last to the first.</summary>
    private static ModelProto Numbered(Module module, int side)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(module.ToOnnx(OnnxExportOptions.Default, new TensorSpec([1, 3, side, side], DType.Float32)));
        model.ProducerName = "another";
        model.MetadataProps.Clear();
        TensorProto[] tensors = [.. model.Graph.Initializer.Reverse()];
        model.Graph.Initializer.Clear();
        for (int i = 0; i < tensors.Length; i++)
        {
            foreach (NodeProto node in model.Graph.Node)
            {
                for (int input = 0; input < node.Input.Count; input++)
                {
                    node.Input[input] = node.Input[input] == tensors[i].Name ? $"Parameter{i}" : node.Input[input];
                }
            }

            tensors[i].Name = $"Parameter{i}";
            model.Graph.Initializer.Add(tensors[i]);
        }

        return model;
    }
}
