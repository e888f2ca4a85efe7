using System.Text.Json.Nodes;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>train</c>, <c>eval</c> and <c>predict</c> on a folder per identity.</summary>
public sealed class RetrievalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RetrievalTests()
    {
        foreach ((string part, int first, int pictures) in new[] { ("train", 0, 3), ("query", 10, 1), ("gallery", 10, 2) })
        {
            for (int i = 0; i < 3 * pictures; i++)
            {
                int identity = first + (i % 3);
                var random = new Random((1000 * part.Length) + i);
                byte[] pixels = [.. Enumerable.Range(0, 3 * 16 * 24).Select(p => (byte)((identity * (40 + (p % 3 * 11)) % 200) + random.Next(40)))];
                string file = _folder.File($"data/{part}/p{identity}/{i}.png");
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                ImageCodecs.Save(file, new Image(16, 24, PixelFormat.Rgb, pixels));
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_is_trained_evaluated_and_asked_for_what_is_near()
    {
        string data = _folder.File("data"), run = _folder.File("runs/r");
        string text = Cli.Ok(
            "train", "--data", data, "--model", "reid_resnet18", "--image-size", "16", "--epochs", "2", "--batch-size", "6", "--instances", "3", "--loss", "ce+triplet(0.5)",
            "--output", _folder.File("runs"), "--name", "r");
        Assert.Matches(@"epoch 2/2   loss \d+\.\d{4} rank-1 in the batch \d+\.\d\d %   val mAP \d+\.\d\d %", text);
        Assert.True(File.Exists(Path.Combine(run, "samples/worst-01.png")));

        JsonNode result = JsonNode.Parse(Cli.Ok("eval", "--weights", run, "--data", data, "--json"))!;
        Assert.Equal(["images", "map", "rank1", "rank5", "rank10", "queries", "gallery", "uncounted"], result.AsObject().Select(p => p.Key).Take(8));
        Assert.Equal((9, 3, 6, 0), ((int)result["images"]!, (int)result["queries"]!, (int)result["gallery"]!, (int)result["uncounted"]!));

        string query = _folder.File("data/query/p10/0.png");
        JsonNode seen = JsonNode.Parse(Cli.Ok("predict", query, "--weights", run, "--gallery", _folder.File("data/gallery"), "--top", "4", "--json"))!;
        Assert.Equal((512, 4), (seen["embedding"]!.AsArray().Count, seen["nearest"]!.AsArray().Count));
        double[] similarity = [.. seen["nearest"]!.AsArray().Select(n => (double)n!["similarity"]!)];
        Assert.Equal(similarity.OrderDescending(), similarity);
        Assert.All(seen["nearest"]!.AsArray(), n => Assert.True(File.Exists((string)n!["path"]!)));
        JsonNode same = JsonNode.Parse(Cli.Ok("predict", query, "--weights", run, "--gallery", query, "--json"))!;
        Assert.Equal(1, (double)same["nearest"]![0]!["similarity"]!, 1e-3);
        Assert.Contains("embedding of 512 numbers", Cli.Ok("predict", query, "--weights", run), StringComparison.Ordinal);
    }
}
