namespace Fovea.Inspect.Tests.Explaining;

/// <summary>Which layer a map is made of.</summary>
public sealed class GridLayersTests
{
    [Theory]
    [InlineData("plain", "10 (16 × 6×5)")]
    [InlineData("resnet8", "layer3 (64 × 4×4)")]
    [InlineData("unet", "bottom (16 × 4×3)")]
    [InlineData("vit", "blocks.2.norm1 (16 × 6×4)")]
    [InlineData("vit-mean", "blocks.2.norm1 (16 × 6×4)")]
    public void The_layer_is_found_by_itself(string network, string layer)
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make(network);
        Assert.Equal(layer, GridLayers.Find(model, images).ToString());
    }

    [Fact]
    public void What_speaks_against_the_target_is_left_out_unless_asked_for()
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make("plain");
        float[] both = new HiResCam(new MapMethodOptions { Rectify = false }).Explain(model, images, new ClassTarget(2))[0].Values;
        Assert.Contains(both, v => v < 0);
        Assert.Equal(Array.ConvertAll(both, v => Math.Max(v, 0)), new HiResCam().Explain(model, images, new ClassTarget(2))[0].Values);
    }

    [Theory]
    [InlineData("layer33", "there is no layer \"layer33\" that the model calls — did you mean \"layer3\"?")]
    [InlineData("linear", "\"linear\" gives [1, 5], which is no grid of more than one cell — ")]
    public void A_wrong_name_is_told_the_layers_that_there_are(string name, string message)
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make("resnet8");
        OptionException e = Assert.Throws<OptionException>(() => GridLayers.Find(model, images, name));
        Assert.StartsWith($"layer: {message}", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("layers on a grid are: conv1, bn1, layer1.0.conv1, layer1.0.bn1, layer1.0.conv2, layer1.0.bn2, layer1.0, layer1, layer2.0.conv1, "
            + "layer2.0.bn1, layer2.0.conv2, layer2.0.bn2, layer2.0, layer2, layer3.0.conv1, layer3.0.bn1, layer3.0.conv2, layer3.0.bn2, layer3.0, layer3.", e.Message, StringComparison.Ordinal);
    }
}
