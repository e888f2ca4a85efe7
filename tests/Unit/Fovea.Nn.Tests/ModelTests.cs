using Fovea.Attention;
using Fovea.Models;

namespace Fovea.Nn.Tests;

public sealed class ModelTests
{
    // Counted by the papers' tables and by torchvision's models.
    public static TheoryData<string, int, long> Sizes => new()
    {
        { "resnet20-cifar", 10, 269_722 },
        { "resnet32-cifar", 10, 464_154 },
        { "resnet44-cifar", 10, 658_586 },
        { "resnet56-cifar", 10, 853_018 },
        { "resnet110-cifar", 10, 1_727_962 },
        { "resnet18", 1000, 11_689_512 },
        { "resnet34", 1000, 21_797_672 },
        { "resnet50", 1000, 25_557_032 },
        { "resnet101", 1000, 44_549_160 },
        { "resnet152", 1000, 60_192_808 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Parameters_are_as_many_as_published(string key, int classes, long parameters)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create(key, new ModelOptions { Classes = classes });
        Assert.Equal(parameters, model.Parameters().Sum(p => (long)p.Elements));
        Release(model);
    }

    [Fact]
    public void What_has_a_meaning_already_is_not_registered_again()
    {
        Assert.Contains("there is a mechanism \"cbam\" already", Assert.Throws<ArgumentException>(Catalog.Register<Cbam>).Message, StringComparison.Ordinal);
        ModelEntry model = ModelCatalog.Find("resnet18");
        Assert.Contains("\"resnet18\" already", Assert.Throws<ArgumentException>(() => ModelCatalog.Register(model)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "\"cbam_resnet18\" already", Assert.Throws<ArgumentException>(() => ModelCatalog.Register(model with { Key = "cbam_resnet18" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resnet_names_are_those_of_torchvision()
    {
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create("resnet50", new ModelOptions { Classes = 1000 });
        HashSet<string> names = [.. StateDict.Of(model).Keys];
        Assert.Contains("conv1.weight", names);
        Assert.Contains("layer1.0.downsample.0.weight", names);
        Assert.Contains("layer1.0.downsample.1.running_var", names);
        Assert.Contains("layer4.2.bn3.bias", names);
        Assert.Contains("fc.bias", names);
        Assert.Equal(267, names.Count);
        Release(model);
    }

    [Fact]
    public void Attention_goes_into_every_block()
    {
        Module model = Build("blocks", "se");
        Assert.Equal(9, model.NamedModules().Count(m => m.Value is SqueezeExcitation));
        Assert.Contains("layer3.2.attention.fc1.weight", StateDict.Of(model).Keys);
    }

    [Fact]
    public void Attention_goes_between_stages()
    {
        Module model = Build("stages", "bam");
        Assert.Equal(["attention1", "attention2"], model.NamedModules().Where(m => m.Value is BottleneckAttention).Select(m => m.Name));
    }

    [Fact]
    public void Attention_goes_into_named_places()
    {
        Module model = Build("layer2.1, layer3", "cbam");
        Assert.Equal(2, model.NamedModules().Count(m => m.Value is Cbam));
    }

    [Fact]
    public void A_place_that_does_not_exist_is_named()
    {
        OptionException e = Assert.Throws<OptionException>(() => Build("layer9", "cbam"));
        Assert.Contains("layer9", e.Message, StringComparison.Ordinal);
        Assert.Contains("layer1.0", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mechanism_that_fits_no_slot_is_refused()
    {
        Assert.Throws<OptionException>(() => Build("blocks", "bottleneck"));
        Assert.Throws<OptionException>(() => Build("blocks", "attention_gate"));
    }

    [Fact]
    public void Names_are_answered_with_the_nearest()
    {
        OptionException e = Assert.Throws<OptionException>(() => ModelCatalog.Find("resnet-20-cifar"));
        Assert.Contains("resnet20-cifar", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<OptionException>(() => Catalog.Find("cbma"));
        Assert.Contains("\"cbam\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluating_one_model_from_many_threads_gives_the_same_bits()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = Build("blocks", "eca").Eval();
        Tensor x = Tensor.Empty([2, 3, 32, 32]);
        new Generator(1).FillNormal(x.AsSpan<float>());
        float[] expected = model.Call(x).ToArray<float>();
        Parallel.For(0, 8, _ =>
        {
            using TensorScope own = TensorScope.Begin();
            using IDisposable off = GradMode.NoGrad();
            Assert.Equal(expected, model.Call(x).ToArray<float>());
        });
    }

    private static Module Build(string at, string key) => ModelCatalog.Create(
        "resnet20-cifar", new ModelOptions { Classes = 10, Attention = new AttentionPlacement { Key = key, At = at } });

    private static void Release(Module model)
    {
        foreach (Tensor tensor in StateDict.Of(model).Values)
        {
            tensor.Dispose();
        }
    }
}
