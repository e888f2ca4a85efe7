namespace Fovea.Inspect.Tests.Explaining;

/// <summary>Maps that are means over changed pictures.</summary>
public sealed class SmoothingTests
{
    [Fact]
    public void A_mirrored_picture_has_the_mirrored_map_for_a_target_in_the_mirrored_place()
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make("unet");
        IMapMethod smooth = MapMethods.Create("layer-cam", new MapMethodOptions { SmoothByFlip = true });
        ScalarMap map = smooth.Explain(model, images, new PixelTarget(5, 2, 1))[1];
        ScalarMap other = smooth.Explain(model, images.Flip(3), new PixelTarget(5, 9, 1))[1];
        ScalarMap plain = new LayerCam().Explain(model, images, new PixelTarget(5, 2, 1))[1];
        Assert.Equal((4, 3, "layer-cam", "bottom"), (map.Height, map.Width, map.Method, map.Site));
        for (int i = 0; i < 12; i++)
        {
            Assert.Equal(map.Values[i], other[i / 3, 2 - (i % 3)], 1e-6f * map.Maximum);
        }

        Assert.NotEqual(plain.Values, map.Values);
    }

    [Fact]
    public void Sizes_count_beside_the_pictures_own_and_the_grid_stays()
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make("resnet8");
        ScalarMap plain = new GradCam().Explain(model, images, new PredictedClassTarget())[0];
        ScalarMap same = MapMethods.Create("grad-cam", new MapMethodOptions { SmoothByScales = [1, 1] }).Explain(model, images, new PredictedClassTarget())[0];
        ScalarMap larger = MapMethods.Create("grad-cam", new MapMethodOptions { SmoothByScales = [1.5] }).Explain(model, images, new PredictedClassTarget())[0];
        Assert.Equal(plain.Values, same.Values);
        Assert.Equal((4, 4), (larger.Height, larger.Width));
        Assert.NotEqual(plain.Values, larger.Values);
    }

    [Fact]
    public void A_model_for_one_size_says_so()
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make("vit");
        IMapMethod method = MapMethods.Create("grad-cam", new MapMethodOptions { SmoothByScales = [2] });
        OptionException e = Assert.Throws<OptionException>(() => method.Explain(model, images, new ClassTarget(0)));
        Assert.StartsWith("grad-cam: smoothing by scales: the model does not take pictures of 48×32: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_over_the_picture_is_bilinear_and_its_numbers_are_plain()
    {
        var map = new ScalarMap("m", "s", 1, 2, [0, 1]);
        Assert.Equal([0, 0.25f, 0.75f, 1, 0, 0.25f, 0.75f, 1], map.ResizedTo(2, 4).Values);
        Assert.Equal(1, new ScalarMap("m", "s", 1, 2, [-1, 1]).Entropy);
        Assert.Equal(0, new ScalarMap("m", "s", 1, 2, [0, 0]).Entropy);
        Assert.Equal(0, new ScalarMap("m", "s", 1, 2, [0, 3]).Entropy);
        Assert.True(double.IsNaN(new ScalarMap("m", "s", 1, 2, [float.NaN, 1]).Entropy));
    }
}
