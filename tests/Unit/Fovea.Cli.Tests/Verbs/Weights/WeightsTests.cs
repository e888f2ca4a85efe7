using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Io;
using Fovea.Models;
using Fovea.Testing;
using Fovea.Training;

namespace Fovea.Cli.Tests.Verbs;

/// <summary>Files of weights that say nothing of their model, or are for a little different one: every verb opens them alike.</summary>
public sealed class WeightsTests : IDisposable
{
    private static readonly string[] s_brief = ["--image-size", "16", "-b", "4", "--epochs", "1", "--threads", "1", "--output"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("resnet8", null)]
    [InlineData("vit_mini_patch4", null)]
    [InlineData("resnet8", "eca")]
    public void Predict_recognises_a_classifier_by_its_names(string model, string? attention)
    {
        string weights = Weights(model, attention: attention);
        JsonNode json = JsonNode.Parse(Cli.Ok("predict", Picture(32), "--weights", weights, "--top", "7", "--json"))!;
        Assert.Equal(7, json["classes"]!.AsArray().Count);
        Assert.Equal($"{(attention is null ? string.Empty : $"{attention}_")}{model}", (string)JsonNode.Parse(Cli.Ok("profile", weights, "--runs", "1", "--json"))!["name"]!);
    }

    [Fact]
    public void Predict_recognises_a_segmentation_model_in_a_pth()
    {
        string text = Cli.Ok("predict", Picture(32), "--weights", Weights("unet-small"), "--image-size", "32", "--output", _folder.File("masks"));
        Assert.Contains("class ", text, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.File("masks/picture.png")));
    }

    [Fact]
    public void A_grey_stem_makes_a_grey_model()
    {
        string weights = Weights("resnet8", channels: 1);
        Assert.Contains("class ", Cli.Ok("predict", Picture(32), "--weights", weights), StringComparison.Ordinal);
        Cli.Ok("convert", weights, _folder.File("grey.safetensors"), "--from", "auto", "--model", "resnet8");
        Assert.Equal([0.449], ModelWeights.Describe(_folder.File("grey.safetensors"))!.Mean.Select(m => Math.Round(m, 3)));
    }

    [Fact]
    public void A_transformer_takes_images_of_another_size()
    {
        string weights = Weights("vit_mini_patch4");
        Answer answer = Cli.Run("predict", Picture(48), "--weights", weights, "--image-size", "48", "--top", "7");
        Assert.Equal((0, 1), (answer.Code, answer.Output.Split("class 3").Length - 1));
        Assert.Contains("adapted pos_embed [1, 65, 192] → [1, 145, 192]", answer.Error, StringComparison.Ordinal);
        Cli.Ok("convert", weights, _folder.File("v48.safetensors"), "--from", "auto", "--model", "vit_mini_patch4", "--image-size", "48");
        Assert.Equal(answer.Output, Cli.Ok("predict", Picture(48), "--weights", _folder.File("v48.safetensors"), "--top", "7"));
        Assert.Contains("adapted: pos_embed",
            Cli.Fails(ExitCode.BadData, "predict", Picture(48), "--weights", weights, "--image-size", "48", "--strict"), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_builds_the_model_that_the_weights_say_for_the_classes_of_the_data()
    {
        TinyData.MakeDivided(_folder.File("data"));
        string weights = Weights("resnet14");
        Answer answer = Cli.Run(["train", "--data", _folder.File("data"), "--weights", weights, "--name", "a", .. s_brief, _folder.File("runs")]);
        Assert.Equal(0, answer.Code);
        Assert.Contains("Fresh: linear (2 tensors).", answer.Error, StringComparison.Ordinal);
        ModelDescription made = ModelWeights.Describe(_folder.File("runs/a/best.safetensors"))!;
        Assert.Equal(("resnet14", 2), (made.Model, made.Classes.Count));
        JsonNode report = JsonNode.Parse(File.ReadAllText(_folder.File("runs/a/weights.json")))!;
        Assert.Equal(["linear.weight", "linear.bias"], report["fresh"]!.AsArray().Select(n => (string)n!));
    }

    [Fact]
    public void Show_says_what_a_file_is_for()
    {
        string weights = Weights("resnet8", channels: 1);
        string text = Cli.Ok("show", weights);
        Assert.Contains("resnet8, 7 classes, recognised by names and shapes", text, StringComparison.Ordinal);
        Assert.Contains("Preprocessing: 64×64 pixels, mean 0.449", text, StringComparison.Ordinal);
        JsonNode json = JsonNode.Parse(Cli.Ok("show", weights, "--json"))!;
        Assert.Equal(("resnet8", 1, 64), ((string)json["model"]!, (int)json["channels"]!, (int)json["imageSize"]!));
    }

    // BAM's gate starts at one half, unless it is told to start closed.
    [Fact]
    public void A_mechanism_that_comes_into_pretrained_weights_starts_as_the_identity()
    {
        TinyData.MakeDivided(_folder.File("data"));
        Cli.Ok(["train", "--data", _folder.File("data"), "--weights", Weights("resnet8"), "--model", "bam_resnet8", "--attention-at", "stages", "--name", "a",
            .. s_brief, _folder.File("runs")]);
        Assert.Equal("true", ModelWeights.Describe(_folder.File("runs/a/best.safetensors"))!.AttentionOptions["identityStart"]);
    }

    [Fact]
    public void A_run_goes_on_with_the_preprocessing_of_its_weights()
    {
        TinyData.MakeDivided(_folder.File("data"));
        Cli.Ok("convert", Weights("resnet8"), _folder.File("w.safetensors"), "--from", "auto", "--model", "resnet8", "--mean", "0.5", "--std", "0.25", "--interpolation", "bicubic");
        Cli.Ok(["train", "--data", _folder.File("data"), "--weights", _folder.File("w.safetensors"), "--crop-pct", "0.8", "--name", "a", .. s_brief, _folder.File("runs")]);
        Assert.Equal("mean 0.5,0.5,0.5, std 0.25,0.25,0.25, bicubic, crop 0.8", ModelWeights.Describe(_folder.File("runs/a/best.safetensors"))!.Preprocessing.ToString());

        const string said = "16×16 pixels, mean 0.5,0.5,0.5, std 0.25,0.25,0.25, bicubic, crop 0.8";
        string best = _folder.File("runs/a/best.safetensors");
        Assert.Contains($"preprocessing: {said}", Cli.Run("predict", Picture(32), "--weights", best).Error, StringComparison.Ordinal);
        Assert.Contains($"Preprocessing: {said}", Cli.Ok("eval", "--weights", best, "--data", _folder.File("data")), StringComparison.Ordinal);
        Assert.Contains("crop-pct", Cli.Fails(ExitCode.WrongUse, "predict", Picture(32), "--weights", _folder.File("w.safetensors"), "--crop-pct", "2"), StringComparison.Ordinal);
        Assert.Contains("expected 1 or 3 numbers",
            Cli.Fails(ExitCode.WrongUse, "predict", Picture(32), "--weights", _folder.File("w.safetensors"), "--mean", "0.5,0.5"), StringComparison.Ordinal);
    }

    [Fact]
    public void Colour_weights_train_a_grey_model()
    {
        TinyData.MakeDivided(_folder.File("data"));
        Answer answer = Cli.Run(["train", "--data", _folder.File("data"), "--weights", Weights("resnet8"), "--channels", "1", "--name", "a", .. s_brief, _folder.File("runs")]);
        Assert.Contains("conv1.weight [16, 3, 3, 3] → [16, 1, 3, 3]: summed over the input channels", answer.Error, StringComparison.Ordinal);
        Assert.Single(ModelWeights.Describe(_folder.File("runs/a/best.safetensors"))!.Mean);
    }

    [Theory]
    [InlineData("timm", "0.5", "bicubic", "0.9", true)]
    [InlineData("auto", "0.5", "bicubic", "0.9", true)]
    [InlineData("fovea", "0.485", "bilinear", "0.875", false)]
    public void Preprocessing_is_the_sources_and_what_is_assumed_is_said(string source, string mean, string interpolation, string crop, bool isSaid)
    {
        Answer answer = Cli.Run("convert", Weights("vit_tiny_patch16"), _folder.File("vit.safetensors"), "--from", source, "--model", "vit_tiny_patch16");
        Assert.Equal(0, answer.Code);
        Assert.Contains($"mean {mean},", answer.Output, StringComparison.Ordinal);
        Assert.Contains($"{interpolation}, crop {crop}", answer.Output, StringComparison.Ordinal);
        Assert.Equal(isSaid, answer.Error.Contains("--mean 0.485,0.456,0.406", StringComparison.Ordinal));
    }

    [Fact]
    public void Weights_that_are_not_finite_are_an_error_with_their_names()
    {
        TinyData.MakeDivided(_folder.File("data"));
        string weights = Weights("resnet8", edit: s => s["layer1.0.conv1.weight"].AsSpan<float>()[1] = float.NaN);
        string data = _folder.File("data/val");
        foreach (string[] verb in new string[][] { ["predict", Picture(32)], ["eval", "--data", data], ["train", "--data", data], ["profile", weights] })
        {
            string[] words = verb[0] == "profile" ? verb : [.. verb, "--weights", weights];
            Assert.Contains("1 of 37 tensors hold NaN or infinity: layer1.0.conv1.weight", Cli.Fails(ExitCode.BadData, words), StringComparison.Ordinal);
        }

        Assert.Contains("layer1.0.conv1.weight", Cli.Fails(ExitCode.BadData, "convert", weights, _folder.File("a.safetensors"), "--from", "auto", "--model", "resnet8"), StringComparison.Ordinal);

        // Every bit is kept where nothing is computed, but not without a word.
        Answer kept = Cli.Run("convert", weights, _folder.File("b.safetensors"));
        Assert.Equal((0, true), (kept.Code, kept.Error.Contains("warning: 1 of ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Outputs_that_are_no_numbers_are_never_results()
    {
        // Finite, and the sum over the features is beyond float32.
        string weights = Weights("resnet8", edit: s => s["linear.weight"].Fill(3e38));
        Assert.Contains("picture.png: the model gives NaN or infinity", Cli.Fails(ExitCode.BadData, "predict", Picture(32), "--weights", weights), StringComparison.Ordinal);
    }

    private string Picture(int size)
    {
        string path = _folder.File("picture.png");
        var image = new Image(size, size, PixelFormat.Rgb);
        new Random(size).NextBytes(image.Pixels);
        ImageCodecs.Save(path, image);
        return path;
    }

    private string Weights(string model, int channels = 3, string? attention = null, Action<IReadOnlyDictionary<string, Tensor>>? edit = null)
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = ModelCatalog.Create(model, new ModelOptions
        {
            Classes = 7,
            InChannels = channels,
            Attention = attention is null ? null : new AttentionPlacement { Key = attention },
        });
        IReadOnlyDictionary<string, Tensor> state = StateDict.Of(module);
        edit?.Invoke(state);
        string path = _folder.File("weights.pth");
        WeightsFile.Write(path, state);
        return path;
    }
}
