using Fovea.Attention;
using Fovea.Models;
using Fovea.Onnx;

namespace Fovea.Training.Tests;

[Collection("engine")]
public class LayerRatesTests
{
    public static TheoryData<string, string> Networks => new()
    {
        { "resnet20-cifar", "conv1 layer1 layer2 layer3 head" },
        { "cbam_resnet18", "conv1 layer1 layer2 layer3 layer4 head" },
        { "vit_mini_patch8", "stem blocks.0 blocks.1 blocks.2 blocks.3 blocks.4 blocks.5 head" },
        { "convnext_tiny", "features.0 features.1 features.2 features.3 features.4 features.5 features.6 features.7 head" },
        { "vgg11-bn", "features.0 features.4 features.8 features.11 features.15 features.18 features.22 features.25 head" },
        { "unet-resnet18", "encoder.conv1 encoder.layer1 encoder.layer2 encoder.layer3 encoder.layer4 decoder head" },
        { "fcos_resnet18_fpn", "backbone.body.conv1 backbone.body.layer1 backbone.body.layer2 backbone.body.layer3 backbone.body.layer4 backbone.fpn head" },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Layers_are_the_stages_and_blocks_from_the_input_to_the_head(string key, string parts)
    {
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create(key, new ModelOptions { Classes = 5 });
        IReadOnlyList<NetworkLayer> layers = NetworkLayers.Of(model);
        Assert.Equal(parts.Split(' '), layers.Select(l => l.Part));
        Assert.Equal(Enumerable.Range(0, layers.Count).Reverse(), layers.Select(l => l.Distance));
    }

    [Fact]
    public void Every_parameter_of_every_model_is_in_one_layer_and_every_model_has_a_head()
    {
        using IDisposable deferred = Initialization.Defer();
        foreach (ModelEntry entry in ModelCatalog.All)
        {
            Module model = entry.Create(new ModelOptions { Classes = 5 });
            IReadOnlyList<NetworkLayer> layers = NetworkLayers.Of(model);
            string[] names = [.. layers.SelectMany(l => l.Parameters).Select(p => p.Name)];
            Assert.Equal(model.NamedParameters().Select(p => p.Name).Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
            Assert.True(layers is [_, _, _, ..] && layers[^1] is { Distance: 0, Parameters.Count: > 0 }, entry.Key);
            foreach (Tensor value in StateDict.Of(model).Values)
            {
                value.Dispose();
            }
        }
    }

    [Fact]
    public void Norms_and_what_stands_between_stages_are_of_the_layer_before_them()
    {
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create("resnet18", new ModelOptions { Classes = 5, Attention = new AttentionPlacement { Key = "se", At = AttentionPlacement.Stages } });
        Dictionary<string, string> parts = NetworkLayers.Of(model).SelectMany(l => l.Parameters.Select(p => (p.Name, l.Part))).ToDictionary(p => p.Name, p => p.Part);
        Assert.Equal(("conv1", "layer2"), (parts["bn1.weight"], parts[parts.Keys.First(n => n.StartsWith("attention2.", StringComparison.Ordinal))]));
        Module vit = ModelCatalog.Create("vit_mini_patch8", new ModelOptions { Classes = 5 });
        Assert.Equal("blocks.5", NetworkLayers.Of(vit).Single(l => l.Parameters.Any(p => p.Name == "norm.weight")).Part);
    }

    [Fact]
    public void Layers_of_an_onnx_network_come_in_the_order_of_its_nodes()
    {
        using var folder = new TemporaryFolder();
        OnnxModel named = Exported(folder.File("named.onnx"), ModelCatalog.Create("resnet8", new ModelOptions { Classes = 3, ImageSize = 16 }), [1, 3, 16, 16]);
        Assert.Equal(["conv1", "layer1", "layer2", "layer3", "head"], NetworkLayers.Of(named).Select(l => l.Part));

        // Its parts are registered in the order of the alphabet, and run in another.
        OnnxModel flat = Exported(folder.File("flat.onnx"), new Crossed(), [2, 4]);
        Assert.Equal(["zeta", "beta"], NetworkLayers.Of(flat).Take(2).Select(l => l.Part));
        Assert.Equal(["zeta", "beta", "alpha"], flat.ReadingOrder);
        Assert.Equal(["alpha"], NetworkLayers.Of(flat)[^1].Parameters.Select(p => p.Name));
    }

    [Fact]
    public void Rates_fall_from_the_head_to_the_input_and_biases_keep_their_own_decay()
    {
        Module model = TinyRun.Inputs().Model;
        TrainOptions options = TinyRun.Options with { BackboneLrScale = 0.5, LayerDecay = 0.8, WeightDecay = 0.01, DecayAll = false };
        IReadOnlyList<ParameterGroup> groups = LayerRates.Groups(options, model);
        Assert.Equal(model.NamedParameters().Select(p => p.Name).Order(), groups.SelectMany(g => g.Parameters).Select(p => p.Name).Order());
        foreach ((string name, int distance) in new[] { ("linear.weight", 0), ("layer3.0.conv1.weight", 1), ("layer2.0.bn1.weight", 2), ("layer1.0.conv1.weight", 3), ("conv1.weight", 4), ("bn1.bias", 4) })
        {
            ParameterGroup group = groups.Single(g => g.Parameters.Any(p => p.Name == name));
            Assert.Equal(distance == 0 ? 1 : 0.5 * Math.Pow(0.8, distance), group.LearningRateScale, 1e-12);
            Assert.Equal(name.EndsWith("weight", StringComparison.Ordinal) && !name.Contains("bn", StringComparison.Ordinal) ? 0.01 : 0, group.WeightDecay);
        }

        // Without such options the groups are those that optimisers always had.
        Assert.Equal(1, Assert.Single(LayerRates.Groups(TinyRun.Options, model)).LearningRateScale);
    }

    [Fact]
    public void A_step_moves_each_layer_by_its_rate()
    {
        TrainOptions options = TinyRun.Options with { Epochs = 1, Momentum = 0, Nesterov = false, WeightDecay = 0, Schedule = ScheduleKind.Constant, LearningRate = 1e-3, BatchSize = 24 };
        Dictionary<string, float[]> whole = Moved(options), scaled = Moved(options with { LayerDecay = 0.5 });
        foreach ((string name, double share) in new[] { ("linear.weight", 1.0), ("layer3.0.conv2.weight", 0.5), ("conv1.weight", 0.0625) })
        {
            double largest = whole[name].Max(Math.Abs);
            Assert.All(whole[name].Zip(scaled[name]), m => Assert.Equal(share * m.First, m.Second, 1e-3 * largest + 1e-7));
        }
    }

    private static Dictionary<string, float[]> Moved(TrainOptions options)
    {
        TrainingInputs inputs = TinyRun.Inputs(batchSize: 24);
        Dictionary<string, float[]> before = inputs.Model.NamedParameters().ToDictionary(p => p.Name, p => p.Value.ToArray<float>());
        using var trainer = new Trainer(inputs, options);
        trainer.Run();
        return inputs.Model.NamedParameters().ToDictionary(p => p.Name, p => p.Value.ToArray<float>().Zip(before[p.Name], (a, b) => a - b).ToArray());
    }

    private static OnnxModel Exported(string path, Module model, int[] shape)
    {
        model.Eval();
        model.ExportOnnx(path, OnnxExportOptions.Default with { AnySize = false }, new TensorSpec(new Shape(shape), DType.Float32));
        return OnnxModel.Load(path);
    }

    private sealed class Crossed : Module
    {
        private readonly Tensor _alpha;
        private readonly Tensor _beta;
        private readonly Tensor _zeta;

        public Crossed()
        {
            _alpha = RegisterParameter("alpha", Tensor.Full([4, 3], 0.1));
            _beta = RegisterParameter("beta", Tensor.Full([4, 4], 0.2));
            _zeta = RegisterParameter("zeta", Tensor.Full([4, 4], 0.3));
        }

        protected override Tensor Forward(Tensor x) => x.MatMul(_zeta).Relu().MatMul(_beta).Relu().MatMul(_alpha);
    }
}
