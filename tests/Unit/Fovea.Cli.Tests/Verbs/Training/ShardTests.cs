using System.Text.Json.Nodes;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>shard</c>, and what is trained, measured and predicted with shards that have masks and boxes.</summary>
public sealed class ShardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Masks_go_through_shards_into_a_run_an_evaluation_and_bulk_predictions()
    {
        for (int i = 0; i < 12; i++)
        {
            string part = i < 8 ? "train" : "val";
            var image = new Image(24, 16, PixelFormat.Rgb);
            var mask = new Image(24, 16, PixelFormat.Grey);
            for (int p = 0; p < mask.Pixels.Length; p++)
            {
                mask.Pixels[p] = (byte)(p % 24 < 6 + i ? 1 : p % 24 == 6 + i ? 2 : 0);
                image.Pixels.AsSpan(3 * p, 3).Fill((byte)(p % 24 < 6 + i ? 180 + (p % 7) : 40 + (p % 11)));
            }

            Save($"data/{part}/{i}.png", image);
            Save($"data/{part}annot/{i}.png", mask);
        }

        string text = Cli.Ok("shard", _folder.File("data"), _folder.File("shards"), "--classes", "dark,light", "--ignore-value", "2");
        Assert.Contains("12 images in 2 shards", text, StringComparison.Ordinal);
        Assert.Contains("fit for training", Cli.Ok("check-data", _folder.File("shards")), StringComparison.Ordinal);
        Cli.Ok("train", "--data", _folder.File("shards"), "--model", "unet-small", "--image-size", "16", "--epochs", "1", "-b", "4", "--output", _folder.File("runs"), "--name", "m", "--quiet");
        JsonNode Measured(params string[] more) => JsonNode.Parse(Cli.Ok(["eval", "--weights", _folder.File("runs/m"), "--json", .. more]))!;
        JsonNode shards = Measured("--data", _folder.File("shards")), folder = Measured("--data", _folder.File("data"), "--ignore-value", "2");
        Assert.Equal(4, (int)shards["images"]!);
        Assert.Equal(folder["meanIou"]!.ToJsonString(), shards["meanIou"]!.ToJsonString());
        Assert.Equal(folder["classes"]!.AsArray().Select(c => $"{c!["class"]} {c["pixels"]} {c["iou"]}"), shards["classes"]!.AsArray().Select(c => $"{c!["class"]} {c["pixels"]} {c["iou"]}"));

        // The masks beside the pictures are no pictures.
        Cli.Ok("predict", "--data", _folder.File("shards"), "--weights", _folder.File("runs/m"), "--output", _folder.File("found"));
        string[] lines = File.ReadAllLines(_folder.File("found/train/000000.jsonl"));
        Assert.Equal(8, lines.Length);
        Assert.All(lines, l => Assert.DoesNotContain("mask.png", l, StringComparison.Ordinal));
    }

    [Fact]
    public void Boxes_go_through_shards_into_a_run()
    {
        for (int i = 0; i < 10; i++)
        {
            string part = i < 8 ? "train" : "val";
            var image = new Image(48, 40, PixelFormat.Rgb);
            image.Pixels.AsSpan().Fill((byte)(20 * i));
            Save($"data/{part}/images/{i}.png", image);
            Directory.CreateDirectory(_folder.File($"data/{part}/labels"));
            File.WriteAllText(_folder.File($"data/{part}/labels/{i}.txt"), $"{i % 2} 0.5 0.5 0.25 0.5\n");
        }

        File.WriteAllText(_folder.File("data/data.yaml"), "names: [cat, dog]\n");
        Assert.Contains("10 images in 2 shards", Cli.Ok("shard", _folder.File("data"), _folder.File("shards")), StringComparison.Ordinal);
        string report = Cli.Ok("check-data", _folder.File("shards"));
        Assert.Contains("8 boxes", report, StringComparison.Ordinal);
        Cli.Ok(
            "train", "--data", _folder.File("shards"), "--model", "fcos_resnet18_fpn", "--image-size", "64", "--epochs", "1", "-b", "4", "--output", _folder.File("runs"), "--name", "b", "--quiet");
        JsonNode shards = JsonNode.Parse(Cli.Ok("eval", "--weights", _folder.File("runs/b"), "--data", _folder.File("shards"), "--json"))!;
        JsonNode folder = JsonNode.Parse(Cli.Ok("eval", "--weights", _folder.File("runs/b"), "--data", _folder.File("data"), "--json"))!;
        Assert.Equal((2, $"{folder["ap50"]}", $"{folder["classes"]!.ToJsonString()}"), ((int)shards["images"]!, $"{shards["ap50"]}", $"{shards["classes"]!.ToJsonString()}"));
    }

    private void Save(string path, Image image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(path))!);
        ImageCodecs.Save(_folder.File(path), image);
    }
}
