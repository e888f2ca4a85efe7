using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Layers;
using Fovea.Models;

namespace Fovea.Nn.Tests.Classification;

/// <summary>What every family of classifiers does, on narrow ones: slots, gradients, stochastic depth, refusals.</summary>
public sealed class ClassifierTests
{
    private const int Side = 64;
    private static readonly string[] s_families = ["resnext", "seresnet", "gcresnet", "vgg", "mobilenet", "efficientnet", "convnext", "swin"];

    public static TheoryData<string> Families => [.. s_families];

    public static TheoryData<string, string> KeysAndFamilies
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (Entry entry in Catalog.All.Where(e => e.Card.KeepsShape && e.Card.Inputs.Count == 1 && e.Card.Family is not Family.Transformer))
            {
                foreach (string family in s_families)
                {
                    data.Add(entry.Card.Key, family);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(KeysAndFamilies))]
    public void Every_mechanism_that_keeps_its_shape_fits_every_block_and_stage(string key, string family)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable off = GradMode.NoGrad();
        JsonObject options = Catalog.Find(key).Card.Option("reduction") is null ? [] : new JsonObject { ["reduction"] = 2 };
        Module model = Build(family, new AttentionPlacement { Key = key, At = "blocks,stages", Options = options }).Eval();
        Type type = Catalog.Find(key).Type;
        Assert.True(model.NamedModules().Count(m => m.Value.GetType() == type) > Build(family).NamedModules().Count(m => m.Value.GetType() == type) + 1);
        Tensor y = model.Call(Input(2, 3, Side, Side));
        Assert.Equal([2, 5], y.Shape.Lengths.ToArray());
        Assert.All(y.ToArray<float>(), v => Assert.True(float.IsFinite(v)));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_parameter_learns(string family)
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = Build(family);
        Tensor y = model.Call(Input(3, 3, Side, Side + 4));
        y.CrossEntropy(Tensor.From([1L, 3L, 0L])).Backward();
        Assert.All(model.NamedParameters(), p => Assert.True(p.Value.Grad is not null, p.Name));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Stochastic_depth_passes_by_the_branches_in_training_alone(string family)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable off = GradMode.NoGrad();
        Module model = Build(family);
        if (family == "vgg")
        {
            Assert.Contains("no residual blocks", Assert.Throws<OptionException>(() => StochasticDepth.Add(model, 0.5)).Message, StringComparison.Ordinal);
            return;
        }

        Tensor x = Input(4, 3, Side, Side);
        float[] before = model.Eval().Call(x).ToArray<float>();
        string[] names = [.. StateDict.Of(model).Keys];
        StochasticDepth.Add(model, 0.5);
        Assert.NotEmpty(model.NamedModules().Select(m => m.Value).OfType<DropPath>());
        Assert.Equal(names, StateDict.Of(model).Keys);
        Assert.Equal(before, model.Eval().Call(x).ToArray<float>());
    }

    [Theory]
    [InlineData("mobilenet", "features.1", "stage1")]
    [InlineData("efficientnet", "features.1.0", "stage1")]
    [InlineData("convnext", "features.1.0", "stage1")]
    [InlineData("swin", "features.1.0", "stage1")]
    [InlineData("seresnet", "layer1.0", "layer1")]
    public void Places_have_names_and_others_are_refused(string family, string block, string stage)
    {
        Assert.Equal(2, Build(family, Placed($"{block},{stage}")).NamedModules().Count(m => m.Value is SimAm));
        string message = Assert.Throws<OptionException>(() => Build(family, Placed("features.77"))).Message;
        Assert.Contains($"there is no place features.77; places are blocks, stages, {block}, ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_are_too_small_are_refused()
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable off = GradMode.NoGrad();
        Assert.Contains("at least 32", Assert.Throws<ShapeException>(() => Build("convnext").Call(Input(1, 3, 31, 40))).Message, StringComparison.Ordinal);
        Assert.Contains("at least 4", Assert.Throws<ShapeException>(() => Build("swin").Call(Input(1, 3, 3, 40))).Message, StringComparison.Ordinal);
        Assert.Contains("[N, 3, H, W]", Assert.Throws<ShapeException>(() => Build("mobilenet").Call(Input(1, 4, 32, 32))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Distillation_needs_the_class_token()
    {
        var model = new VisionTransformer(16, 16, 3, 8, 2) { Pool = TokenPool.Mean, Distilled = true };
        Assert.Contains("set pool to cls", Assert.Throws<OptionException>(() => model.Parameters().ToList()).Message, StringComparison.Ordinal);
        IHasHead head = new VisionTransformer(16, 16, 3, 8, 2) { Distilled = true };
        Assert.Equal(["head.weight", "head.bias", "head_dist.weight", "head_dist.bias"], head.HeadParameters);
    }

    private static AttentionPlacement Placed(string at) => new() { Key = "simam", At = at };

    private static Module Build(string family, AttentionPlacement? attention = null)
    {
        var options = new ModelOptions { Classes = 5, ImageSize = Side, Attention = attention };
        Module model = family switch
        {
            "resnext" => new ResNet(new ResNetForm(50) { Width = 8, Groups = 4, GroupWidth = 16 }, options),
            "seresnet" => new ResNet(
                new ResNetForm(50)
                {
                    Width = 8,
                    Stem = ResNetStem.DeepOfTimm,
                    AveragesShortcut = true,
                    Own = new("se", IsInMiddle: false, static c => new SqueezeExcitation(c) { Reduction = 4, Pointwise = true }),
                },
                options),
            "gcresnet" => new ResNet(
                new ResNetForm(50)
                {
                    Width = 8,
                    Stem = ResNetStem.Tiered,
                    Own = new("middle_attention", IsInMiddle: true, static c => new GlobalContext(c) { Reduction = 4 }),
                },
                options),
            "vgg" => new Vgg(11, options, batchNorm: false, hidden: 8),
            "mobilenet" => MobileNetV3.Create(isLarge: false, options, width: 0.5),
            "efficientnet" => EfficientNet.Create(0.25, 0.5, 0.2, options),
            "convnext" => new ConvNeXt([8, 16], [1, 2], options),
            _ => new SwinTransformer(8, [2, 1], [1, 2], 3, options),
        };
        model.EnsureBuilt();
        return model;
    }

    private static Tensor Input(params ReadOnlySpan<int> shape)
    {
        Tensor x = Tensor.Empty(new Shape(shape));
        new Generator(3).FillNormal(x.AsSpan<float>());
        return x;
    }
}
