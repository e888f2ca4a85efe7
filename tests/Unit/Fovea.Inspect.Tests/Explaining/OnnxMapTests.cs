using Fovea.Onnx;

namespace Fovea.Inspect.Tests.Explaining;

/// <summary>Maps of networks that came from an ONNX file, whose values are layers.</summary>
public sealed class OnnxMapTests
{
    [Theory]
    [InlineData("plain", "grad-cam")]
    [InlineData("plain", "score-cam")]
    [InlineData("resnet8", "ablation-cam")]
    [InlineData("unet", "layer-cam")]
    public void A_network_has_the_same_map_after_its_way_through_a_file(string network, string method)
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make(network);
        using var file = new MemoryStream(model.ToOnnx(OnnxExportOptions.Default, images.Spec));
        using OnnxModel read = OnnxModel.Load(file);
        ITarget target = network == "unet" ? new PixelTarget(5, 7, 1) : new ClassTarget(2);
        ScalarMap expected = MapMethods.Create(method).Explain(model, images, target)[1];
        ScalarMap map = MapMethods.Create(method).Explain(read.Eval(), images, target)[1];
        Assert.Equal((expected.Height, expected.Width), (map.Height, map.Width));
        for (int i = 0; i < map.Values.Length; i++)
        {
            // Batch norms are folded into convolutions in the file.
            Assert.Equal(expected.Values[i], map.Values[i], 1e-4f * expected.Maximum);
        }
    }
}
