using System.Text.Json.Nodes;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Onnx;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>--image-size HEIGHTxWIDTH</c>: what a run is trained with, every verb goes on with.</summary>
public sealed class RectangleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_on_rectangles_is_used_on_rectangles()
    {
        string data = _folder.File("data"), run = _folder.File("runs/m"), picture = Path.Combine(data, "val/dark/0.png");
        TinyData.MakeDivided(data);
        Cli.Ok("train", "--data", data, "--model", "resnet8", "--image-size", "12x16", "--crop-mode", "squash", "--epochs", "1", "--batch-size", "8", "--output", _folder.File("runs"), "--name", "m");
        JsonNode judged = JsonNode.Parse(Cli.Ok("eval", "--weights", run, "--data", data, "--json"))!;
        Assert.Equal("[12,16]", judged["imageSize"]!.ToJsonString());
        Assert.Equal("[16,12]", JsonNode.Parse(Cli.Ok("eval", "--weights", run, "--data", data, "--image-size", "16x12", "--json"))!["imageSize"]!.ToJsonString());
        Assert.Contains("dark", Cli.Ok("predict", picture, "--weights", run), StringComparison.Ordinal);
        Assert.Contains("12×16 pixels", Cli.Ok("show", run), StringComparison.Ordinal);
        Cli.Ok("explain", "--weights", run, "--image", picture, "--output", _folder.File("seen"));
        Assert.Equal("[12,16]", JsonNode.Parse(File.ReadAllText(_folder.File("seen/explain.json")))!["imageSize"]!.ToJsonString());
        Cli.Ok("export", "--weights", run, "--output", _folder.File("m.onnx"));
        Assert.Equal("[12,16]", OnnxModel.Load(_folder.File("m.onnx")).Metadata["imageSize"]);
        Assert.Equal("resnet8", (string)JsonNode.Parse(Cli.Ok("profile", run, "--runs", "1", "--json"))!["name"]!);
    }

    [Fact]
    public void Detectors_see_the_size_that_nearly_all_pictures_have()
    {
        string data = _folder.File("boxes");
        foreach (int i in Enumerable.Range(0, 8))
        {
            string part = Path.Combine(data, i < 6 ? "train" : "val");
            Directory.CreateDirectory(Path.Combine(part, "images"));
            Directory.CreateDirectory(Path.Combine(part, "labels"));
            var image = new Image(100, 60, PixelFormat.Rgb, [.. Enumerable.Range(0, 18000).Select(p => (byte)(p * (i + 3) % 251))]);
            ImageCodecs.Save(Path.Combine(part, "images", $"{i}.png"), image);
            File.WriteAllText(Path.Combine(part, "labels", $"{i}.txt"), $"{i % 2} 0.5 0.5 0.4 0.5\n");
        }

        JsonNode json = JsonNode.Parse(Cli.Run("train", "--data", data, "--model", "fcos_resnet18_fpn", "--dry-run", "--json", "--output", _folder.File("runs"), "--batch-size", "2").Output)!;
        Assert.Equal("[64,96]", json["imageSize"]!.ToJsonString());
        Assert.Equal(0.001, (double)json["learningRate"]!, 9);
    }
}
