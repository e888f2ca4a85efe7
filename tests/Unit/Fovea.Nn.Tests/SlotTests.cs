using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Models;

namespace Fovea.Nn.Tests;

/// <summary>Attention goes into U-Nets and VGG-like networks by key, wherever it keeps the shape.</summary>
public sealed class SlotTests
{
    public static TheoryData<string, string> KeysAndModels
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (Entry entry in Catalog.All.Where(e => e.Card.KeepsShape && e.Card.Inputs.Count == 1 && FitsMaps(e.Card)))
            {
                foreach (string model in new[] { "unet", "resnet8", "resnet20-cifar", "vgg11-bn" })
                {
                    data.Add(entry.Card.Key, model);
                }
            }

            return data;
        }
    }

    // Counted by torchvision's models.
    [Theory]
    [InlineData("vgg11-bn", 132_868_840)]
    [InlineData("vgg16-bn", 138_365_992)]
    public void Vgg_has_torchvisions_parameters_and_names(string key, long parameters)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create(key, new ModelOptions { Classes = 1000 });
        Assert.Equal(parameters, model.Parameters().Sum(p => (long)p.Elements));
        HashSet<string> names = [.. StateDict.Of(model).Keys];
        string last = key == "vgg11-bn" ? "features.26.running_var" : "features.41.running_var";
        Assert.Superset(new HashSet<string> { "features.0.weight", "features.1.running_mean", "features.4.bias", last, "classifier.0.weight", "classifier.3.bias", "classifier.6.weight" }, names);
        Release(model);
    }

    [Theory]
    [MemberData(nameof(KeysAndModels))]
    public void Every_mechanism_that_keeps_its_shape_fits_every_block(string key, string model)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable off = GradMode.NoGrad();
        int size = model is "resnet8" or "vgg11-bn" ? 32 : 16;
        var options = new ModelOptions { Classes = 3, ImageSize = size, Attention = new AttentionPlacement { Key = key, Options = Small(key) } };
        Module built = (model switch
        {
            "unet" => new UNet(8, 1, options),
            "vgg11-bn" => Constant(() => ModelCatalog.Create(model, options)),
            _ => ModelCatalog.Create(model, options),
        }).Eval();
        Tensor y = built.Call(Input(2, 3, size, size));
        Assert.Equal(model == "unet" ? [2, 3, size, size] : [2, 3], y.Shape.Lengths.ToArray());
        Assert.All(y.ToArray<float>(), v => Assert.True(float.IsFinite(v)));
        Release(built);
    }

    [Fact]
    public void Vgg_takes_attention_per_convolution_and_stage()
    {
        using IDisposable deferred = Initialization.Defer();
        Assert.Equal(8, Count<SqueezeExcitation>(Vgg("blocks", "se")));
        Module stages = Vgg("stages", "bam");
        Assert.Equal(["attention.0", "attention.4", "attention.11", "attention.18"], stages.NamedModules().Where(m => m.Value is BottleneckAttention).Select(m => m.Name));
        Release(stages);
        Assert.Equal(2, Count<Cbam>(Vgg("features.4, stage5", "cbam")));
        string message = Assert.Throws<OptionException>(() => Vgg("features.1", "cbam")).Message;
        Assert.Contains("there is no place features.1; places are blocks, stages, features.0, stage1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Vgg_runs_with_attention()
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable off = GradMode.NoGrad();
        Module model = new Vgg(11, new ModelOptions { Classes = 4, ImageSize = 32, Attention = new AttentionPlacement { Key = "eca", At = "stages" } }).Eval();
        Assert.Equal([1, 4], model.Call(Input(1, 3, 32, 40)).Shape.Lengths.ToArray());
        Assert.Contains("at least 32", Assert.Throws<ShapeException>(() => model.Call(Input(1, 3, 16, 32))).Message, StringComparison.Ordinal);
        Release(model);
    }

    [Fact]
    public void Unet_takes_attention_per_block_skip_and_name()
    {
        Assert.Equal(5, Count<SqueezeExcitation>(Net("blocks", "se")));
        Assert.Equal(["skip1_attention", "skip0_attention"], Net("stages", "bam").NamedModules().Where(m => m.Value is BottleneckAttention).Select(m => m.Name));
        Assert.Equal(2, Count<Cbam>(Net("up0, bottom", "cbam")));
        string message = Assert.Throws<OptionException>(() => Net("down7", "cbam")).Message;
        Assert.Contains("there is no place down7; places are blocks, stages, down0, down1, bottom, up0, up1, skip0, skip1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Attention_gates_stand_on_the_skips()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = Net("blocks", "attention_gate");
        Assert.Equal(2, Count<AttentionGate>(model));
        Assert.Equal([4, 16, 1, 1], StateDict.Of(model)["skip0_attention.w_g.0.weight"].Shape.Lengths.ToArray());
        Assert.Equal(1, Count<AttentionGate>(Net("skip1", "attention_gate")));
        Assert.Contains("attention_gate has no place up0", Assert.Throws<OptionException>(() => Net("up0", "attention_gate")).Message, StringComparison.Ordinal);
        Tensor y = model.Call(Input(2, 3, 8, 12));
        Assert.Equal([2, 3, 8, 12], y.Shape.Lengths.ToArray());
        y.Square().Sum().Backward();
        Assert.All(model.NamedParameters(), p => Assert.True(p.Value.Grad is not null, $"{p.Name} got no gradient"));
        Assert.Contains("multiples of 4", Assert.Throws<ShapeException>(() => model.Call(Input(1, 3, 8, 10))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unet_with_a_ResNet_takes_attention_in_the_decoder_on_the_skips_and_by_name()
    {
        using IDisposable deferred = Initialization.Defer();
        Module blocks = EncodedNet("blocks", "scse");
        Assert.Equal(
            Enumerable.Range(0, 5).SelectMany(i => new[] { $"decoder.blocks.{i}.attention1", $"decoder.blocks.{i}.attention2" }),
            blocks.NamedModules().Where(m => m.Value is ConcurrentSqueezeExcitation).Select(m => m.Name));
        Assert.Equal([128, 8, 1, 1], StateDict.Of(blocks)["decoder.blocks.3.attention1.cSE.3.weight"].Shape.Lengths.ToArray());
        Release(blocks);
        Module stages = EncodedNet("stages", "bam");
        Assert.Equal(["skip0_attention", "skip1_attention", "skip2_attention", "skip3_attention"], stages.NamedModules().Where(m => m.Value is BottleneckAttention).Select(m => m.Name));
        Release(stages);
        Module named = EncodedNet("encoder.layer4.1, skip2, decoder.blocks.0", "se");
        Assert.Equal(4, Count<SqueezeExcitation>(named));
        Release(named);
        Assert.Contains("there is no place layer4; places are blocks, stages, encoder.layer1.0",
            Assert.Throws<OptionException>(() => EncodedNet("layer4", "se")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blocks", "rga")]
    [InlineData("stages", "spatial")]
    public void Unet_with_a_ResNet_runs(string at, string key)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable off = GradMode.NoGrad();
        Module model = Constant(() => EncodedNet(at, key)).Eval();
        Assert.Equal([2, 3, 32, 32], model.Call(Input(2, 3, 32, 32)).Shape.Lengths.ToArray());
        Assert.Contains("multiples of 32", Assert.Throws<ShapeException>(() => model.Call(Input(1, 3, 32, 48))).Message, StringComparison.Ordinal);
        Release(model);
    }

    [Fact]
    public void Unet_out_of_range_is_refused()
    {
        Assert.Throws<OptionException>(() => new UNet(0, 2, new ModelOptions { Classes = 2 }));
        Assert.Throws<OptionException>(() => new UNet(8, 7, new ModelOptions { Classes = 2 }));
        Assert.Throws<OptionException>(() => new Vgg(12, new ModelOptions { Classes = 2 }));
    }

    /// <summary>A large model with equal weights, which take no time to draw.</summary>
    private static Module Constant(Func<Module> build)
    {
        using IDisposable deferred = Initialization.Defer();
        Module model = build();
        foreach (Tensor parameter in model.Parameters())
        {
            parameter.Fill(1e-3);
        }

        foreach ((string name, Tensor buffer) in model.NamedBuffers())
        {
            buffer.Fill(name.EndsWith("running_var", StringComparison.Ordinal) ? 1 : 0);
        }

        return model;
    }

    private static bool FitsMaps(Card card) => card.Shapes.StartsWith("x: [N, C, H, W]", StringComparison.Ordinal) || card.Shapes.StartsWith("x: [B, C, H, W]", StringComparison.Ordinal);

    private static JsonObject Small(string key) => Catalog.Find(key).Card.Option("reduction") is null ? [] : new JsonObject { ["reduction"] = 2 };

    private static Module Vgg(string at, string key) =>
        new Vgg(11, new ModelOptions { Classes = 2, ImageSize = 32, Attention = new AttentionPlacement { Key = key, At = at } });

    private static Module Net(string at, string key) => new UNet(8, 2, new ModelOptions
    {
        Classes = 3,
        ImageSize = 16,
        Attention = new AttentionPlacement { Key = key, At = at, Options = Small(key) },
    });

    private static Module EncodedNet(string at, string key) => new ResNetUNet(18, new ModelOptions
    {
        Classes = 3,
        ImageSize = 32,
        Attention = new AttentionPlacement { Key = key, At = at },
    });

    private static int Count<T>(Module model) => model.NamedModules().Count(m => m.Value is T);

    private static Tensor Input(params ReadOnlySpan<int> shape)
    {
        Tensor x = Tensor.Empty(new Shape(shape));
        new Generator(3).FillNormal(x.AsSpan<float>());
        return x;
    }

    private static void Release(Module model)
    {
        foreach (Tensor tensor in StateDict.Of(model).Values)
        {
            tensor.Dispose();
        }
    }
}
