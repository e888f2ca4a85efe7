using System.Text.Json.Nodes;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>train</c>, <c>eval</c>, <c>predict</c> and <c>check-data</c> on images with masks.</summary>
public sealed class MaskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public MaskTests()
    {
        foreach ((string part, int count) in new[] { ("train", 8), ("val", 3) })
        {
            for (int i = 0; i < count; i++)
            {
                var image = new Image(24, 16, PixelFormat.Rgb);
                var mask = new Image(24, 16, PixelFormat.Grey);
                var random = new Random(100 * part.Length + i);
                int edge = random.Next(6, 18);
                for (int p = 0; p < mask.Pixels.Length; p++)
                {
                    mask.Pixels[p] = (byte)(p % 24 < edge ? 1 : p % 24 == edge ? 2 : 0);
                    image.Pixels.AsSpan(3 * p, 3).Fill((byte)((p % 24 < edge ? 160 : 40) + random.Next(60)));
                }

                Save($"data/{part}/{i}.png", image);
                Save($"data/{part}annot/{i}.png", mask);
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_is_trained_evaluated_and_asked_for_masks()
    {
        string text = Cli.Ok(
            "train", "--data", _folder.File("data"), "--ignore-value", "2", "--classes", "dark,light", "--model", "scse_unet-small", "--image-size", "16", "--epochs", "3",
            "--batch-size", "2", "--output", _folder.File("runs"), "--name", "m");
        string run = _folder.File("runs/m");
        Assert.Contains("unet-small with scse, 2 classes", text, StringComparison.Ordinal);
        Assert.Matches(@"epoch 3/3   loss \d\.\d{4} pixels \d+\.\d\d %   val loss \d+\.\d{4} mean IoU \d+\.\d\d %", text);
        Assert.Matches(@"validation mean Dice +│ \d+\.\d\d % \(\d+\.\d\d % image by image\)", text);
        Assert.Contains("neither the mask nor the prediction of an image shows", text, StringComparison.Ordinal);

        JsonNode result = JsonNode.Parse(Cli.Ok("eval", "--weights", run, "--data", _folder.File("data"), "--json"))!;
        Assert.Equal(["images", "meanIou", "meanDice", "pixelAccuracy", "loss"], result.AsObject().Select(p => p.Key).Take(5));
        Assert.Equal(["dark", "light"], result["classes"]!.AsArray().Select(c => (string)c!["class"]!));

        // The column that does not count is in no class: 23 of 24 pixels of a row are counted.
        Assert.Equal(3L * 16 * 23, result["classes"]!.AsArray().Sum(c => (long)c!["pixels"]!));
        string table = Cli.Ok("eval", "--weights", run, "--data", _folder.File("data"), "--output", _folder.File("scores"));
        Assert.Matches(@"│ light +│ +3 │", table);
        Assert.True(File.Exists(_folder.File("scores/report.html")));

        string[] lines = Cli.Ok("predict", _folder.File("data/val"), "--weights", run, "--output", _folder.File("masks"), "--overlay", "--json")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        foreach (JsonNode line in lines.Select(l => JsonNode.Parse(l)!))
        {
            Image mask = ImageCodecs.LoadIndices((string)line["mask"]!);
            Assert.Equal((24, 16), (mask.Width, mask.Height));
            Assert.Equal((long)line["classes"]![1]!["pixels"]!, mask.Pixels.Count(p => p == 255));
            Assert.True(File.Exists(Path.ChangeExtension((string)line["mask"]!, ".overlay.png")));
        }
    }

    [Fact]
    public void Masks_are_checked_and_shown()
    {
        string text = Cli.Ok("check-data", _folder.File("data"), "--ignore-value", "2");
        Assert.Matches(@"│ foreground +│ +8 │ +\d+\.\d\d % │ +3 │", text);
        Assert.Contains("(does not count)", text, StringComparison.Ordinal);
        var strange = new Image(24, 16, PixelFormat.Grey);
        strange.Pixels[30] = 9;
        Save("data/trainannot/0.png", strange);
        Answer answer = Cli.Run("check-data", _folder.File("data"), "--ignore-value", "2", "--classes", "dark,light");
        Assert.Equal(ExitCode.BadData, answer.Code);
        Assert.Contains("trainannot/0.png: values out of range: 9 (1 of 384 pixels, the first at 6,1); expected 0 to 1, or 2 for what does not count", answer.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 8 pictures cannot be read", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Exported_Clutter_is_data_for_masks()
    {
        string clutter = _folder.File("clutter");
        Fovea.Training.Data.ClutterExporter.Export(clutter, new() { ClutterTrainCount = 16, ClutterValCount = 8 });
        string text = Cli.Ok("train", "--data", clutter, "--model", "unet-small", "--attention", "attention_gate", "--epochs", "1", "--image-size", "32", "--output", _folder.File("runs"));
        Assert.Contains("clutter-unet-small-attention_gate", text, StringComparison.Ordinal);
        Assert.Matches(@"│ foreground +│ +8 │", text);
    }

    [Fact]
    public void Colours_of_masks_are_remembered_by_the_run()
    {
        foreach (string file in Directory.GetFiles(_folder.File("data"), "*.png", SearchOption.AllDirectories).Where(f => f.Contains("annot", StringComparison.Ordinal)))
        {
            Image mask = ImageCodecs.LoadIndices(file);
            byte[][] colors = [[128, 64, 128], [70, 70, 70], [0, 0, 0]];
            ImageCodecs.Save(file, new Image(mask.Width, mask.Height, PixelFormat.Rgb, [.. mask.Pixels.SelectMany(p => colors[p])]));
        }

        string data = _folder.File("data"), run = _folder.File("runs/c"), table = _folder.File("colors.txt");
        Assert.Contains("--mask-colors", Cli.Fails(ExitCode.BadData, "check-data", data), StringComparison.Ordinal);
        File.WriteAllText(table, "70 70 70 house\n128 64 128 road # asphalt\n#000000 void\n");
        Assert.Contains("(does not count)", Cli.Ok("check-data", data, "--mask-colors", table), StringComparison.Ordinal);
        Cli.Ok("train", "--data", data, "--mask-colors", table, "--model", "unet-small", "--image-size", "16", "--epochs", "1", "--output", _folder.File("runs"), "--name", "c");

        // The file is not needed any more.
        File.Delete(table);
        JsonNode result = JsonNode.Parse(Cli.Ok("eval", "--weights", run, "--data", data, "--json"))!;
        Assert.Equal(["house", "road"], result["classes"]!.AsArray().Select(c => (string)c!["class"]!));
        Assert.Equal(3L * 16 * 23, result["classes"]!.AsArray().Sum(c => (long)c!["pixels"]!));
        Cli.Ok("predict", _folder.File("data/val/0.png"), "--weights", run, "--output", _folder.File("out"));
        Image drawn = ImageCodecs.Load(_folder.File("out/0.png"));
        Assert.All(drawn.Pixels.Chunk(3), p => Assert.Contains((p[0], p[1], p[2]), new[] { ((byte)70, (byte)70, (byte)70), ((byte)128, (byte)64, (byte)128) }));
        Cli.Ok("predict", _folder.File("data/val/0.png"), "--weights", run, "--output", _folder.File("numbers"), "--mask-colors", "none");
        Assert.Equal(PixelFormat.Grey, ImageCodecs.Load(_folder.File("numbers/0.png")).Format);
        Assert.Contains("no such file, nor a table", Cli.Fails(ExitCode.WrongUse, "check-data", data, "--mask-colors", "pascal"), StringComparison.Ordinal);
    }

    private void Save(string name, Image image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        ImageCodecs.Save(_folder.File(name), image);
    }
}
