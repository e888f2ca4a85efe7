using Fovea.Testing;

namespace Fovea.Cli.Tests.Explaining;

/// <summary>What <c>explain</c> and <c>predict --attention</c> refuse, and what they then say.</summary>
public sealed class ExplainRefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("layer1.0.attention:spatial", "--site", "nowhere")]
    [InlineData("channel: expected 0 to 0, got 7", "--site", "layer1.0.attention:spatial", "--channel", "7")]
    [InlineData("methods are: grad-cam, ", "--method", "x-ray")]
    [InlineData("there is no layer \"layer9\"", "--method", "grad-cam", "--layer", "layer9")]
    [InlineData("there is no class \"3\"; known are: cat, dog, flat-coated_retriever.", "--target", "3")]
    [InlineData("did you mean \"dog\"?", "--target", "dogg")]
    [InlineData("is of segmentation models", "--target", "3,12")]
    [InlineData("is of segmentation models", "--target", "mask")]
    [InlineData("--at says which map of a site is shown", "--at", "1,1")]
    [InlineData("--at: expected a row and a column from 0, such as 3,12, got \"1\".", "--site", "a", "--at", "1")]
    [InlineData("--channel cannot be given with --at", "--site", "a", "--at", "1,1", "--channel", "1")]
    [InlineData("--image cannot be given with --data", "--data", "clutter")]
    [InlineData("--pictures is for --data.", "--pictures", "3")]
    [InlineData("--steps: expected", "--steps", "-1")]
    [InlineData("--opacity: expected a number from 0 to 1", "--opacity", "2")]
    public void Wrong_use_is_answered_with_what_there_is(string message, params string[] flags) => Assert.Contains(
        message,
        Cli.Fails(ExitCode.WrongUse, ["explain", "--weights", TinyModels.Write(_folder, "resnet8", "cbam"), "--image", TinyModels.Picture(_folder), "--output", _folder.File("out"), .. flags]),
        StringComparison.Ordinal);

    [Fact]
    public void A_picture_is_needed_and_a_folder_to_write_to()
    {
        string weights = TinyModels.Write(_folder, "resnet8"), picture = TinyModels.Picture(_folder);
        Assert.Contains("--image is missing", Cli.Fails(ExitCode.WrongUse, "explain", "--weights", weights), StringComparison.Ordinal);
        Assert.Contains("expected a folder", Cli.Fails(ExitCode.WrongUse, "explain", "--weights", weights, "--image", picture, "--output", picture), StringComparison.Ordinal);
        Assert.Contains("there is no such file", Cli.Fails(ExitCode.BadData, "explain", "--weights", weights, "--image", _folder.File("no.png"), "--output", _folder.File("o")), StringComparison.Ordinal);
        Assert.Contains("expected a file of weights", Cli.Fails(ExitCode.WrongUse, "explain", "--image", picture), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is no classifier", "unet-small", "clutter")]
    [InlineData("there is no", "resnet8", "nowhere")]
    public void Data_that_cannot_be_judged_are_refused(string message, string model, string data)
    {
        Answer answer = Cli.Run("explain", "--weights", TinyModels.Write(_folder, model), "--data", data, "--output", _folder.File("out"));
        Assert.NotEqual(ExitCode.Done, answer.Code);
        Assert.Contains(message, answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no method and no mechanism \"gradcam-x\"", "--attention", "gradcam-x")]
    [InlineData("--attention names two mechanisms, se and cbam", "--attention", "se", "--attention", "cbam")]
    [InlineData("a file; put pictures before --attention", "--attention", "PICTURE")]
    public void Predict_takes_a_method_or_a_mechanism(string message, params string[] flags)
    {
        string picture = TinyModels.Picture(_folder);
        string[] words = [.. flags.Select(f => f == "PICTURE" ? picture : f)];
        Assert.Contains(message, Cli.Fails(ExitCode.WrongUse, ["predict", picture, "--weights", TinyModels.Write(_folder, "resnet8"), .. words]), StringComparison.Ordinal);
    }
}
