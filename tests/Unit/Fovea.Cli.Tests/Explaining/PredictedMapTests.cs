using System.Text.Json.Nodes;
using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Explaining;

/// <summary>Maps beside answers and in reports.</summary>
public sealed class PredictedMapTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("grad-cam")]
    [InlineData("eigen-cam", "eigen-cam")]
    public void Predict_writes_the_map_beside_the_answer(string method, params string[] asked)
    {
        string[] command =
        [
            "predict", TinyModels.Picture(_folder), "--weights", TinyModels.Write(_folder, "resnet8"), "--output", _folder.File("out"), "--attention", .. asked, "--top", "1",
        ];
        JsonNode answer = JsonNode.Parse(Cli.Ok([.. command, "--json"]))!;
        JsonNode map = answer["attention"]!;
        Assert.Equal(method, (string)map["method"]!);
        Assert.StartsWith(_folder.File($"out/disc.{method}-layer"), (string)map["overlay"]!, StringComparison.Ordinal);
        Assert.Equal(method == "eigen-cam" ? null : (string)answer["classes"]![0]!["class"]!, (string?)map["target"]);
        using var scope = TensorScope.Begin();
        Assert.Equal((double)map["maximum"]!, NpyFile.Read((string)map["values"]!).ToArray<float>().Max());
        Assert.Contains($"({method} -> {map["overlay"]})", Cli.Ok(command), StringComparison.Ordinal);
    }

    [Fact]
    public void Predict_knows_the_mechanism_of_foreign_weights_and_shows_it_beside_its_map()
    {
        string weights = TinyModels.Write(_folder, "resnet8", "eca"), bare = _folder.File("bare.safetensors");
        using (TensorScope.Begin())
        {
            SafetensorsFile.Write(bare, SafetensorsFile.Read(weights).Tensors);
        }

        string text = Cli.Ok("predict", TinyModels.Picture(_folder), "--weights", bare, "--model", "resnet8", "--attention", "eca", "--attention", "grad-cam", "--image-size", "32",
            "--output", _folder.File("out"));
        Assert.Contains("(grad-cam -> ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_of_a_run_shows_where_the_model_looked_in_the_best_and_the_worst_images()
    {
        TinyData.MakeDivided(_folder.File("data"));
        Cli.Ok("train", "--data", _folder.File("data"), "--model", "resnet8", "--attention", "cbam", "--epochs", "1", "--image-size", "16", "-b", "4", "--threads", "1",
            "--output", _folder.File("runs"), "--name", "a");
        string page = File.ReadAllText(_folder.File("runs/a/report.html"));
        foreach (string title in new[] { "Where it looked: best images", "Where it looked: worst images" })
        {
            int at = page.IndexOf(title, StringComparison.Ordinal);
            Assert.True(at > 0, title);
            string section = page[at..page.IndexOf("</section>", at, StringComparison.Ordinal)];
            Assert.Contains("grad-cam at ", section, StringComparison.Ordinal);
            Assert.Contains("gate at layer3.0.attention:spatial", section, StringComparison.Ordinal);
            Assert.Equal(4, section.Split("<div class=\"maps\">").Length - 1);

            // The first two are measured, and gates of channels have no pixels to take away.
            Assert.Matches(@"gate</b> <span class=""soft"">layer3\.0\.attention:spatial<br>deletion 0\.\d+ ↓ insertion 0\.\d+ ↑", section);
            Assert.Contains("layer3.0.attention:channel<br>weights of channels, which have no place in the picture", section, StringComparison.Ordinal);
            Assert.Contains("measured in 8 steps, of the first 2 images alone", section, StringComparison.Ordinal);
            Assert.Equal(2, section.Split("Maps that know nothing of the model: <b>random</b> deletion ").Length - 1);
        }
    }
}
