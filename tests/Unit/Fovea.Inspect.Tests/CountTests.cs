using Fovea.Attention;
using Fovea.Models;

namespace Fovea.Inspect.Tests;

/// <summary>Parameters and arithmetic against formulas and published numbers.</summary>
public sealed class CountTests
{
    // Parameters as torchvision and the CIFAR papers' code have them; multiply-adds of convolutions and the classifier by formula.
    [Theory]
    [InlineData("resnet50", 224, 1000, 25_557_032L)]
    [InlineData("resnet18", 224, 1000, 11_689_512L)]
    [InlineData("resnet20-cifar", 32, 10, 269_722L)]
    [InlineData("resnet56-cifar", 32, 10, 853_018L)]
    public void Models_have_the_parameters_of_their_papers(string model, int size, int classes, long parameters)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable deferred = Initialization.Defer();
        Module module = ModelCatalog.Create(model, new ModelOptions { Classes = classes });
        ModelProfile profile = ModelProfile.Run(module, [Tensor.Zeros([1, 3, size, size])], runs: 1, measurePeaks: false);
        Assert.Equal(parameters, profile.Parameters);
        Assert.Equal(parameters, profile.Layers.Sum(l => l.Parameters));
    }

    [Fact]
    public void ResNet20_counts_as_its_layers_do()
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = ModelCatalog.Create("resnet20-cifar", new ModelOptions { Classes = 10 });
        long stem = 9L * 3 * 16 * 32 * 32;
        long first = 6 * 9L * 16 * 16 * 32 * 32;
        long second = (9L * 16 * 32 + 5 * 9L * 32 * 32) * 16 * 16;
        long third = (9L * 32 * 64 + 5 * 9L * 64 * 64) * 8 * 8;
        ModelCount count = ModelCount.Of(module, Tensor.Zeros([1, 3, 32, 32]));
        Assert.Equal(stem + first + second + third + 64 * 10, count.MultiplyAdds);
        Assert.Equal(40_551_040, count.MultiplyAdds);
        Assert.True(count.Flops > 2 * count.MultiplyAdds);
        Assert.Equal(2 * count.MultiplyAdds, ModelCount.Of(module, Tensor.Zeros([2, 3, 32, 32])).MultiplyAdds);
    }

    [Fact]
    public void ResNet50_counts_as_its_layers_do()
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable deferred = Initialization.Defer();
        Module module = ModelCatalog.Create("resnet50", new ModelOptions { Classes = 1000 });
        long expected = 49L * 3 * 64 * 112 * 112 + 2048 * 1000;
        int inputs = 64, size = 56;
        foreach ((int planes, int blocks) in new[] { (64, 3), (128, 4), (256, 6), (512, 3) })
        {
            for (int block = 0; block < blocks; block++)
            {
                // The stride is in the 3×3 of the first block of a stage, so its 1×1 still sees the larger map.
                long before = (long)size * size;
                size = block == 0 && planes > 64 ? size / 2 : size;
                long after = (long)size * size;
                expected += before * inputs * planes + after * 9 * planes * planes + after * planes * 4 * planes;
                expected += block == 0 ? after * inputs * 4 * planes : 0;
                inputs = 4 * planes;
            }
        }

        ModelCount count = ModelCount.Of(module, Tensor.Zeros([1, 3, 224, 224]));
        Assert.Equal(expected, count.MultiplyAdds);
        Assert.InRange(count.MultiplyAdds, 4_085_000_000, 4_095_000_000);
    }

    [Theory]
    [InlineData("se", 2L * 256 * 16, 2L * 256 * 16)]
    [InlineData("cbam", 2L * 256 * 16 + 2 * 49, 4L * 256 * 16 + 2 * 49 * 56 * 56)]
    [InlineData("spatial", 2L * 49, 2L * 49 * 56 * 56)]
    [InlineData("simam", 0L, 0L)]
    public void Mechanisms_count_as_their_formulas_do(string key, long parameters, long multiplyAdds)
    {
        MechanismFacts facts = MechanismFacts.Of(Catalog.Find(key));
        Assert.Equal(new Shape([1, 256, 56, 56]), facts.Input);
        Assert.Equal(facts.Input, facts.Output);
        Assert.Equal((parameters, multiplyAdds), (facts.Count.Parameters, facts.Count.MultiplyAdds));
    }

    [Fact]
    public void Counting_leaves_mode_and_gradients_as_they_were()
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Catalog.Find("cbam").CreateFor(new SlotShape(16, 8, 8));
        ModelCount.Of(module, Tensor.Ones([1, 16, 8, 8]));
        Assert.True(module.IsTraining);
        Assert.All(module.Parameters(), p => Assert.Null(p.Grad));
        module.Eval();
        ModelCount.Of(module, Tensor.Ones([1, 16, 8, 8]));
        Assert.False(module.IsTraining);
    }

    [Fact]
    public void Example_inputs_have_the_shapes_of_the_card()
    {
        using TensorScope scope = TensorScope.Begin();
        Card card = Catalog.Find("se").Card;
        Card tokens = card with { Shapes = "q: [N, L, D], k: [N, S, D], mask: [N, S] → [N, L, D]", Inputs = ["query", "key", "mask"] };
        Tensor[] inputs = ExampleInputs.For(tokens, 2, new SlotShape(32, 4, 5));
        Assert.Equal([new Shape([2, 20, 32]), new Shape([2, 20, 32]), new Shape([2, 20])], inputs.Select(i => i.Shape));
        Assert.Equal(DType.Bool, inputs[2].DType);
        Assert.Equal(new SlotShape(32, 20, 1), ExampleInputs.SlotOf(tokens, new Shape([2, 20, 32])));
        Assert.Equal(new Shape([2, 20, 32]), ExampleInputs.For(tokens, new Shape([2, 20, 32]))[0].Shape);
        Card images = card with { Shapes = "x: [N, 3, H, W] → [N, classes]" };
        Assert.Equal(new Shape([1, 3, 8, 8]), ExampleInputs.For(images, 1, new SlotShape(64, 8, 8))[0].Shape);
        Assert.Contains("3 to 5 axes", Assert.Throws<OptionException>(() => ExampleInputs.For(card, new Shape([4, 4]))).Message, StringComparison.Ordinal);
    }
}
