using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Interop.Tests;

/// <summary>State dicts of other libraries, made by <c>tests/golden/make_importers.py</c>, give the other library's output in our modules.</summary>
public sealed class ImporterTests
{
    public static TheoryData<string> Cases =>
        [.. Directory.GetFiles(Repository.Golden("importers"), "*.safetensors").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_state_dict_of_the_source_gives_its_output(string name)
    {
        using var scope = TensorScope.Begin();
        var golden = new Case(name);
        Module module = golden.Build();
        ImportResult result = Importer.Load(module, golden.State, golden.Detected ? null : golden.Source);
        Assert.Equal(golden.Source, result.Source);
        golden.AssertOutput(module);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Naming_the_source_gives_the_same(string name)
    {
        using var scope = TensorScope.Begin();
        var golden = new Case(name);
        Module module = golden.Build();
        Importer.Load(module, golden.State, golden.Source);
        golden.AssertOutput(module);
    }

    [Theory]
    [InlineData("timm-se")]
    [InlineData("mobilenetv3-se")]
    [InlineData("timm-se-no-bias")]
    [InlineData("document-003-channel")]
    [InlineData("document-000-vit")]
    [InlineData("lucidrains-vit")]
    [InlineData("danet-pam")]
    [InlineData("ccnet")]
    public void Names_that_belong_to_several_sources_are_refused(string name)
    {
        using var scope = TensorScope.Begin();
        var golden = new Case(name);
        string message = Assert.Throws<ImportException>(() => Importer.Load(golden.Build(), golden.State)).Message;
        Assert.Contains("belong to more than one source", message, StringComparison.Ordinal);
        Assert.Contains(golden.Source, message, StringComparison.Ordinal);
        Assert.EndsWith("Name the source.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("official-cbam", "poolOrder", "mean-max", "the weights need poolOrder max-mean")]
    [InlineData("document-003-cbam", "poolOrder", "max-mean", "the weights need poolOrder mean-max")]
    [InlineData("official-bam", "combine", "sum", "the weights need combine product")]
    [InlineData("document-001", "combine", "product", "the weights need combine sum")]
    [InlineData("document-004", "poolOrder", "max-mean", "the weights need poolOrder mean-max")]
    [InlineData("senet", "gate", "hard-sigmoid", "the weights need gate sigmoid")]
    [InlineData("timm-cbam", "poolOrder", "max-mean", "the weights need poolOrder mean-max")]
    [InlineData("mmseg-non-local", "scale", "false", "the weights need scale true")]
    [InlineData("mmseg-non-local-sub", "subSample", "false", "the weights need subSample true")]
    public void Options_that_contradict_the_source_are_refused(string name, string option, string value, string message)
    {
        using var scope = TensorScope.Begin();
        var golden = new Case(name);
        golden.Config[option] = AttentionOptions.Parse(golden.Card, option, value);
        Assert.Contains(message, Assert.Throws<ImportException>(() => Importer.Load(golden.Build(), golden.State)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_result_says_what_the_source_implies()
    {
        using var scope = TensorScope.Begin();
        var golden = new Case("official-cbam");
        ImportResult result = Importer.Load(golden.Build(), golden.State);
        Assert.Equal("max-mean", result.Options["cbam.poolOrder"]);
        Assert.Contains("Jongchan/attention-module", result.Origin, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("official-cbam", "cbam", """{"poolOrder":"max-mean","pools":["avg","max"]}""")]
    [InlineData("document-001", "bam", """{"combine":"sum","padding":1}""")]
    [InlineData("mmseg", "non_local", """{"mode":"embedded_gaussian","scale":true}""")]
    [InlineData("non-local", "non_local", "{}")]
    [InlineData("document-000", "cbam", """{"poolOrder":"mean-max","pools":["avg","max"]}""")]
    public void What_all_forms_of_a_source_imply_is_told(string source, string mechanism, string options) =>
        Assert.Equal(options, Importer.ImpliedOptions(source, mechanism).ToJsonString());

    [Fact]
    public void Every_source_is_listed_with_its_mechanisms()
    {
        Assert.Equal(Importer.Sources.Skip(1), Importer.Known.Select(s => s.Name).Distinct());
        Assert.All(Importer.Known.Where(s => s.Mechanism.Length > 0), s => Assert.Contains(s.Mechanism, Catalog.Keys));
    }

    [Fact]
    public void An_unknown_source_is_told_with_what_was_found_and_what_is_known()
    {
        using var scope = TensorScope.Begin();
        Module module = Catalog.Find("se").Create(new JsonObject { ["channels"] = 16 });
        string message = Assert.Throws<ImportException>(() => Importer.Load(module, new Dictionary<string, Tensor>
        {
            ["excite.up.weight"] = Tensor.Zeros([16, 1]),
            ["excite.down.weight"] = Tensor.Zeros([1, 16]),
        })).Message;
        Assert.StartsWith(
            "SqueezeExcitation: the weights are of no known source: found excite.down.weight [1, 16], excite.up.weight [16, 1]. Known sources: ",
            message, StringComparison.Ordinal);
        Assert.All(Importer.Sources.Where(s => s != Importer.Own), s => Assert.Contains($"{s} (", message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_misspelt_source_is_told_the_nearest()
    {
        using var scope = TensorScope.Begin();
        var golden = new Case("official-cbam");
        Assert.Contains("official-cbam", Refusal(golden.Build(), golden.State, "oficial-cbam"), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_source_than_named_are_refused()
    {
        using var scope = TensorScope.Begin();
        var golden = new Case("official-cbam");
        string message = Refusal(golden.Build(), golden.State, "official-bam");
        Assert.Contains("the weights are not of the source official-bam: it lacks channel_att.gate_c", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_mechanism_are_refused()
    {
        using var scope = TensorScope.Begin();
        Module module = Catalog.Find("bam").Create(new JsonObject { ["channels"] = 16 });
        Assert.Contains("the weights are of cbam", Refusal(module, new Case("official-cbam").State, null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_made_by_its_constructor_is_checked_like_the_catalogues()
    {
        using var scope = TensorScope.Begin();
        var golden = new Case("official-cbam");
        Cbam Made(PoolOrder order) => new((int)golden.Config["channels"]!)
        {
            Reduction = (int?)golden.Config["reduction"] ?? 16,
            MlpBias = true,
            SpatialBatchNorm = true,
            PoolOrder = order,
        };
        Assert.Contains("the weights need poolOrder max-mean", Refusal(Made(PoolOrder.MeanMax), golden.State, null), StringComparison.Ordinal);
        Importer.Load(Made(PoolOrder.MaxMean), golden.State);
    }

    [Fact]
    public void A_damaged_state_dict_is_no_source_at_all()
    {
        using var scope = TensorScope.Begin();
        var golden = new Case("official-cbam");
        golden.State.Remove("ChannelGate.mlp.1.weight");
        golden.State.Remove("ChannelGate.mlp.1.bias");
        Assert.Contains("of no known source", Refusal(golden.Build(), golden.State, null), StringComparison.Ordinal);
        golden = new Case("official-cbam");
        golden.State.Remove("ChannelGate.mlp.1.bias");
        Assert.Equal(["channel.fc1.bias"], Assert.Throws<StateDictException>(() => Importer.Load(golden.Build(), golden.State)).Missing);
        golden = new Case("official-cbam") { State = { ["SpatialGate.extra.weight"] = Tensor.Zeros([1]) } };
        Assert.Contains("The nearest is official-cbam, but for SpatialGate.extra.weight", Refusal(golden.Build(), golden.State, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Our_own_names_need_no_map()
    {
        using var scope = TensorScope.Begin();
        var options = new JsonObject { ["channels"] = 16 };
        Module from = Catalog.Find("se").Create(options);
        Module to = Catalog.Find("se").Create(options);
        Assert.Equal(Importer.Own, Importer.Load(to, StateDict.Of(from)).Source);
        Tensors.AssertEqual(StateDict.Of(from), StateDict.Of(to));
    }

    [Theory]
    [InlineData("cbam", "blocks", "official-cbam", "poolOrder=max-mean,mlpBias=true,spatialBatchNorm=true")]
    [InlineData("bam", "stages", "official-bam", "combine=product")]
    [InlineData("se", "blocks", "senet", "bias=true")]
    [InlineData("se", "blocks", "timm", "bias=true")]
    [InlineData("eca", "blocks", "timm", "")]
    [InlineData("eca", "blocks", "eca", "")]
    public void Whole_networks_are_imported(string mechanism, string at, string source, string options)
    {
        using var scope = TensorScope.Begin();
        Module from = Network(mechanism, at, options);
        Module to = Network(mechanism, at, options);
        var theirs = StateDict.Of(from).ToDictionary(t => Their(source, t.Key), t => source == "timm" && t.Key.Contains(".fc", StringComparison.Ordinal)
            && t.Value.Rank == 2 && t.Key.Contains("attention", StringComparison.Ordinal) ? t.Value.Reshape(t.Value.Shape[0], t.Value.Shape[1], 1, 1) : t.Value);
        Assert.Equal(source, Importer.Load(to, theirs).Source);
        Tensors.AssertEqual(StateDict.Of(from), StateDict.Of(to));
    }

    [Fact]
    public void Torchvisions_ResNet_has_our_names()
    {
        using var scope = TensorScope.Begin();
        Module from = ModelCatalog.Create("resnet18", new ModelOptions { Classes = 3 });
        Module to = ModelCatalog.Create("resnet18", new ModelOptions { Classes = 3 });
        Assert.Equal("torchvision", Importer.Load(to, StateDict.Of(from)).Source);
        Tensors.AssertEqual(StateDict.Of(from), StateDict.Of(to));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("scse")]
    public void Unets_of_segmentation_models_are_imported(string? mechanism)
    {
        using var scope = TensorScope.Begin();
        using IDisposable deferred = Initialization.Defer();
        Module Build() => ModelCatalog.Create("unet-resnet18", new ModelOptions
        {
            Classes = 3,
            Attention = mechanism is null ? null : new AttentionPlacement { Key = mechanism },
        });
        Module from = Build();
        foreach (Tensor value in StateDict.Of(from).Values)
        {
            value.Fill(value.Elements);
        }

        Module to = Build();
        var theirs = StateDict.Of(from).ToDictionary(
            t => t.Key.Replace("attention1.", "attention1.attention.", StringComparison.Ordinal).Replace("attention2.", "attention2.attention.", StringComparison.Ordinal), t => t.Value);
        Assert.Equal("smp", Importer.Load(to, theirs).Source);
        Tensors.AssertEqual(StateDict.Of(from), StateDict.Of(to));
        foreach (Tensor value in StateDict.Of(from).Values.Concat(StateDict.Of(to).Values))
        {
            value.Dispose();
        }
    }

    private static string Refusal(Module module, IReadOnlyDictionary<string, Tensor> state, string? source) =>
        Assert.Throws<ImportException>(() => Importer.Load(module, state, source)).Message;

    private static Module Network(string mechanism, string at, string options)
    {
        Card card = Catalog.Find(mechanism).Card;
        var json = new JsonObject();
        foreach (string[] pair in options.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(o => o.Split('=')))
        {
            json[pair[0]] = AttentionOptions.Parse(card, pair[0], pair[1]);
        }

        return ModelCatalog.Create("resnet8", new ModelOptions { Classes = 3, Attention = new AttentionPlacement { Key = mechanism, At = at, Options = json } });
    }

    private static string Their(string source, string name) => source switch
    {
        "official-cbam" => name.Replace("attention.channel.fc1", "cbam.ChannelGate.mlp.1", StringComparison.Ordinal)
            .Replace("attention.channel.fc2", "cbam.ChannelGate.mlp.3", StringComparison.Ordinal)
            .Replace("attention.spatial", "cbam.SpatialGate.spatial", StringComparison.Ordinal),
        "official-bam" => name.Replace("attention1", "bam1", StringComparison.Ordinal).Replace("attention2", "bam2", StringComparison.Ordinal)
            .Replace("channel.fc.0", "channel_att.gate_c.gate_c_fc_0", StringComparison.Ordinal)
            .Replace("channel.bn.0", "channel_att.gate_c.gate_c_bn_1", StringComparison.Ordinal)
            .Replace("channel.out", "channel_att.gate_c.gate_c_fc_final", StringComparison.Ordinal)
            .Replace("spatial.reduce.", "spatial_att.gate_s.gate_s_conv_reduce0.", StringComparison.Ordinal)
            .Replace("spatial.reduce_bn", "spatial_att.gate_s.gate_s_bn_reduce0", StringComparison.Ordinal)
            .Replace("spatial.conv.", "spatial_att.gate_s.gate_s_conv_di_", StringComparison.Ordinal)
            .Replace("spatial.bn.", "spatial_att.gate_s.gate_s_bn_di_", StringComparison.Ordinal)
            .Replace("spatial.out", "spatial_att.gate_s.gate_s_conv_final", StringComparison.Ordinal),
        "senet" => name.Replace("attention.fc1", "se.fc.0", StringComparison.Ordinal).Replace("attention.fc2", "se.fc.2", StringComparison.Ordinal),
        "timm" => name.Replace("attention.", "se.", StringComparison.Ordinal),
        _ => name.Replace("attention.", $"{source}.", StringComparison.Ordinal),
    };

    /// <summary>One file: a foreign state dict, inputs and the output.</summary>
    private sealed class Case
    {
        private readonly SafetensorsFile _file;

        public Case(string name)
        {
            _file = SafetensorsFile.Read(Repository.Golden("importers", $"{name}.safetensors"));
            Config = JsonNode.Parse(_file.Metadata["config"])!.AsObject();
            State = _file.Tensors.Where(t => t.Key.StartsWith("state.", StringComparison.Ordinal)).ToDictionary(t => t.Key["state.".Length..], t => t.Value);
        }

        public Card Card => Catalog.Find(_file.Metadata["mechanism"]).Card;

        public string Source => _file.Metadata["source"];

        public bool Detected => _file.Metadata["detected"] == "true";

        public JsonObject Config { get; }

        public Dictionary<string, Tensor> State { get; }

        public Module Build()
        {
            string key = _file.Metadata["mechanism"];
            Assert.SkipUnless(Catalog.Keys.Contains(key), $"the catalogue has no {key}");
            return Catalog.Find(key).Create(Config).Eval();
        }

        public void AssertOutput(Module module)
        {
            Tensor[] inputs = [.. Enumerable.Range(0, 2).Where(i => _file.Tensors.ContainsKey($"input.{i}")).Select(i => _file.Tensors[$"input.{i}"])];
            Tensor output = inputs.Length == 1 ? module.Call(inputs[0]) : module.Call(inputs);
            Tensor expected = _file.Tensors["output.0"];
            Assert.Equal(expected.Shape, output.Shape);
            float[] wanted = expected.ToArray<float>();
            float[] got = output.ToArray<float>();
            double error = wanted.Zip(got, (a, b) => Math.Abs((double)a - b)).Max() / wanted.Max(v => Math.Abs((double)v));
            Assert.True(error <= 2e-5, $"expected at most 2e-5, got an error of {error:e2}");
        }
    }
}
