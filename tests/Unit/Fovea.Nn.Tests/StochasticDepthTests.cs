using Fovea.Layers;
using Fovea.Models;

namespace Fovea.Nn.Tests;

public sealed class StochasticDepthTests
{
    [Theory]
    [InlineData("resnet20-cifar", 32, 9, 1)]
    [InlineData("cbam_resnet8", 32, 3, 1)]
    [InlineData("vit_mini_patch4", 32, 6, 2)]
    public void Rates_rise_from_the_first_block_to_the_last_and_evaluation_is_as_before(string key, int size, int blocks, int branches)
    {
        using TensorScope scope = TensorScope.Begin();
        Module plain = Make(key), model = Make(key);
        StochasticDepth.Add(model, 0.4);
        double[] rates = [.. model.NamedModules().Select(m => m.Value).OfType<DropPath>().Select(d => d.Probability)];
        double[] expected = [.. Enumerable.Range(1, blocks - 1).SelectMany(i => Enumerable.Repeat(0.4 * i / (blocks - 1), branches))];
        Assert.Equal(expected, rates);
        Assert.Equal(StateDict.Of(plain).Keys, StateDict.Of(model).Keys);

        Tensor x = Tensor.Empty([4, 3, size, size]);
        new Generator(1).FillNormal(x.AsSpan<float>());
        Assert.Equal(plain.Eval().Call(x).ToArray<float>(), model.Eval().Call(x).ToArray<float>());
        model.Train();
        Tensor first = model.Call(x), second = model.Call(x);
        Assert.NotEqual(first.ToArray<float>(), second.ToArray<float>());
        first.Sum().Backward();
        Assert.Contains(model.Parameters(), p => p.Grad is not null);
    }

    [Fact]
    public void Models_without_residual_blocks_and_rates_out_of_range_are_refused()
    {
        using TensorScope scope = TensorScope.Begin();
        Assert.Contains("no residual blocks", Assert.Throws<OptionException>(() => StochasticDepth.Add(Make("unet-small"), 0.1)).Message, StringComparison.Ordinal);
        Assert.Throws<OptionException>(() => StochasticDepth.Add(Make("resnet8"), 1));
    }

    private static Module Make(string key)
    {
        Module model = ModelCatalog.Create(key, new ModelOptions { Classes = 5, ImageSize = key.StartsWith("vit", StringComparison.Ordinal) ? 32 : 0 });
        Initialization.Draw(model, new Generator(7));
        return model;
    }
}
