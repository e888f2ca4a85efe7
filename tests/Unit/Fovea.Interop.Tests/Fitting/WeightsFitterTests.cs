using Fovea.Io;

namespace Fovea.Interop.Tests.Fitting;

/// <summary>Weights that are for a part of a model, or for one that is a little different: what is taken, adapted, fresh, left out, refused.</summary>
public sealed class WeightsFitterTests
{
    [Fact]
    public void What_matches_is_taken_whole()
    {
        using var scope = TensorScope.Begin();
        Module model = Models.Filled("resnet8", 0);
        FitReport report = Models.Fit(model, Models.State("resnet8"), FitMode.Exact, "resnet8");
        Assert.True(report.IsExact);
        Assert.All(StateDict.Of(model), t => Assert.Equal(1, t.Value.To(DType.Float32).AsSpan<float>()[0]));
    }

    [Fact]
    public void A_classifier_for_other_classes_starts_fresh()
    {
        using var scope = TensorScope.Begin();
        Module model = Models.Filled("resnet8", 0, classes: 9);
        FitReport report = Models.Fit(model, Models.State("resnet8"), FitMode.Start, "resnet8");
        Assert.Equal(["linear.weight", "linear.bias"], report.Fresh);
        Assert.Empty(report.Unused);
        Assert.Equal((1, 0), (First(model, "conv1.weight"), First(model, "linear.weight")));
        Assert.Contains("Fresh: linear (2 tensors).", report.Lines);
    }

    [Fact]
    public void A_backbone_without_its_classifier_is_a_start_and_no_model()
    {
        using var scope = TensorScope.Begin();
        Dictionary<string, Tensor> backbone = Models.State("resnet18").Where(t => !t.Key.StartsWith("fc", StringComparison.Ordinal)).ToDictionary();
        Module model = Models.Filled("resnet18", 0);
        Assert.Contains("these weights are resnet18 without its classifier", Models.Refusal(model, backbone, FitMode.Complete, "resnet18"), StringComparison.Ordinal);
        Assert.Equal(0, First(model, "conv1.weight"));
        Assert.Equal(["fc.weight", "fc.bias"], Models.Fit(model, backbone, FitMode.Start, "resnet18").Fresh);
    }

    [Fact]
    public void A_classifiers_weights_fill_the_encoder_of_a_U_Net()
    {
        using var scope = TensorScope.Begin();
        Module model = Models.Filled("unet-resnet18", 0);
        FitReport report = Models.Fit(model, Models.State("resnet18"), FitMode.Start, "unet-resnet18");
        Assert.Equal("encoder", report.Part);
        Assert.All(report.Taken, n => Assert.StartsWith("encoder.", n, StringComparison.Ordinal));
        Assert.All(report.Fresh, n => Assert.DoesNotContain("encoder.", n, StringComparison.Ordinal));
        Assert.Equal(["encoder.fc.bias", "encoder.fc.weight"], report.Unused.Order());
        Assert.Equal((1, 0), (First(model, "encoder.layer4.1.bn2.running_var"), First(model, "decoder.blocks.0.conv1.0.weight")));
    }

    [Theory]
    [InlineData("backbone.")]
    [InlineData("model.encoder_q.")]
    public void A_name_before_all_others_is_looked_behind(string prefix)
    {
        using var scope = TensorScope.Begin();
        Dictionary<string, Tensor> weights = Models.State("resnet8").ToDictionary(t => prefix + t.Key, t => t.Value);
        weights["queue"] = Tensor.Zeros([4, 4]);
        Module model = Models.Filled("resnet8", 0);
        FitReport report = Models.Fit(model, weights, FitMode.Start, "resnet8");
        Assert.Equal(["queue"], report.Unused);
        Assert.Empty(report.Fresh);
    }

    [Fact]
    public void A_mechanism_in_a_pretrained_backbone_starts_fresh()
    {
        using var scope = TensorScope.Begin();
        Module model = Models.Filled("resnet18", 0, attention: "cbam");
        FitReport report = Models.Fit(model, Models.State("resnet18"), FitMode.Start, "cbam_resnet18");
        Assert.Equal(24, report.Fresh.Count);
        Assert.All(report.Fresh, n => Assert.Contains(".attention.", n, StringComparison.Ordinal));
        Assert.Equal(102, report.Taken.Count);
        Assert.Equal(2, report.Lines.Count);
        string message = Models.Refusal(model, Models.State("resnet18"), FitMode.Complete, "cbam_resnet18");
        Assert.StartsWith("these weights are resnet18, you built cbam_resnet18: add --model resnet18, or train", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mechanism_that_is_there_in_part_is_damaged()
    {
        using var scope = TensorScope.Begin();
        Dictionary<string, Tensor> weights = Models.State("resnet8", attention: "cbam");
        weights.Remove("layer1.0.attention.channel.fc1.weight");
        Module model = Models.Filled("resnet8", 0, attention: "cbam");
        Assert.Contains("missing: layer1.0.attention.channel.fc1.weight", Models.Refusal(model, weights, FitMode.Complete, "cbam_resnet8"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(1, 3)]
    public void A_stem_for_other_channels_is_adapted(int from, int to)
    {
        using var scope = TensorScope.Begin();
        Module model = Models.Filled("resnet8", 0, channels: to);
        FitReport report = Models.Fit(model, Models.State("resnet8", channels: from), FitMode.Complete, "resnet8");
        Assert.Equal("conv1.weight", Assert.Single(report.Adapted).Name);
        Assert.Equal((double)from / to, First(model, "conv1.weight"), 1e-6);
    }

    [Fact]
    public void A_transformer_for_another_image_size_is_adapted_but_not_strictly()
    {
        using var scope = TensorScope.Begin();
        Module model = Models.Filled("vit_mini_patch4", 0, imageSize: 48);
        Dictionary<string, Tensor> weights = Models.State("vit_mini_patch4");
        Assert.Contains("adapted: pos_embed", Models.Refusal(model, weights, FitMode.Exact, "vit_mini_patch4"), StringComparison.Ordinal);
        Assert.Equal("pos_embed [1, 65, 192] → [1, 145, 192]: 8×8 patches interpolated to 12×12",
            Assert.Single(Models.Fit(model, weights, FitMode.Complete, "vit_mini_patch4").Adapted).ToString());
    }

    [Theory]
    [InlineData("resnet18", "resnet8")]
    [InlineData("resnet18", "resnet34")]
    [InlineData("vit_mini_patch4", "resnet8")]
    [InlineData("resnet20-cifar", "resnet8")]
    public void Another_model_is_named_before_any_list(string weights, string built)
    {
        using var scope = TensorScope.Begin();
        string message = Models.Refusal(Models.Filled(built, 0), Models.State(weights), FitMode.Start, built);
        Assert.StartsWith($"these weights are {weights}, you built {built}: add --model {weights}.", message, StringComparison.Ordinal);
        Assert.True(message.Length < 500, message);
    }

    // Whatever is missing beside the classifier is a start as long as half of the backbone is there.
    [Theory]
    [InlineData("layer3", true)]
    [InlineData("layer", false)]
    public void Too_little_of_a_backbone_is_no_start(string without, bool isStart)
    {
        using var scope = TensorScope.Begin();
        Dictionary<string, Tensor> weights = Models.State("resnet20-cifar").Where(t => !t.Key.StartsWith(without, StringComparison.Ordinal)).ToDictionary();
        Module model = Models.Filled("resnet20-cifar", 0);
        if (isStart)
        {
            Assert.All(Models.Fit(model, weights, FitMode.Start, "resnet20-cifar").Fresh, n => Assert.StartsWith(without, n, StringComparison.Ordinal));
        }
        else
        {
            Assert.StartsWith("the weights do not fit resnet20-cifar. 7 of ", Models.Refusal(model, weights, FitMode.Start, "resnet20-cifar"), StringComparison.Ordinal);
        }
    }

    private static double First(Module module, string name) => StateDict.Of(module)[name].AsSpan<float>()[0];
}
