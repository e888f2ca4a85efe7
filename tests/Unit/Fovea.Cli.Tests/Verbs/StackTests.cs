using Fovea.Imaging.Codecs;
using Fovea.Testing;
using Fovea.Testing.Tiff;
using Fovea.Training;

namespace Fovea.Cli.Tests.Verbs;

/// <summary>TIFF files of several pages and 16 bits through the verbs: what levels a run is trained with, it is used with.</summary>
public sealed class StackTests : IDisposable
{
    private const int Side = 16;
    private readonly TemporaryFolder _folder = new();

    public StackTests()
    {
        // Light of 12 bits on the left half of each page.
        Save("data/images/cells.tif", [.. Enumerable.Range(0, 10).Select(Picture)]);
        Save("data/masks/cells.tif", [.. Enumerable.Range(0, 10).Select(_ => new TiffPicture(Side, Side, 8, 1, Halves(_ => 255, _ => 0)))]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_stack_is_checked_learnt_from_and_predicted_page_by_page_with_its_levels()
    {
        string data = _folder.File("data"), run = _folder.File("runs/m");
        Assert.Contains("--levels LOW:HIGH", Cli.Ok("check-data", data), StringComparison.Ordinal);
        Assert.DoesNotContain("--levels", Cli.Ok("check-data", data, "--levels", "0:4095"), StringComparison.Ordinal);
        Cli.Ok("train", "--data", data, "--levels", "0:4095", "--model", "unet-small", "--image-size", "16", "--epochs", "2", "--batch-size", "3", "--output", _folder.File("runs"), "--name", "m");
        Assert.Equal(new SampleLevels(0, 4095), ModelWeights.Describe(Path.Combine(run, "best.safetensors"))!.Levels);
        Assert.Equal(new SampleLevels(0, 4095), TrainOptions.FromJson(File.ReadAllText(Path.Combine(run, "config.json"))).Preprocessing.Levels);
        Assert.Contains("cells.tif#10", File.ReadAllText(Path.Combine(run, "split.csv")), StringComparison.Ordinal);

        string Loss(params string[] flags) => Cli.Ok(["eval", "--weights", run, "--data", data, "--json", .. flags]).Split("\"seconds\"")[0];
        Assert.Equal(Loss("--levels", "0:4095"), Loss());
        Assert.NotEqual(Loss("--levels", "0:65535"), Loss());

        string fine = _folder.File("runs/fine");
        string[] train = ["train", "--data", data, "--levels", "0:4095:all", "--model", "unet-small", "--image-size", "16", "--epochs", "2", "--batch-size", "3", "--output", _folder.File("runs"), "--name", "fine"];
        Assert.Contains("works on 8 bits", Cli.Fails(ExitCode.WrongUse, [.. train, "--auto-augment", "rand"]), StringComparison.Ordinal);
        Cli.Ok(train);
        Assert.Equal(new SampleLevels(0, 4095, KeepsAll: true), ModelWeights.Describe(Path.Combine(fine, "best.safetensors"))!.Levels);
        string Fine(params string[] flags) => Cli.Ok(["eval", "--weights", fine, "--data", data, "--json", .. flags]).Split("\"seconds\"")[0];
        Assert.Equal(Fine("--levels", "0:4095:all"), Fine());
        Assert.NotEqual(Fine("--levels", "0:4095"), Fine());

        string stack = Path.Combine(data, "images", "cells.tif");
        string[] lines = Cli.Ok("predict", stack, "--weights", run, "--output", _folder.File("out")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(10, lines.Length);
        Assert.StartsWith($"{stack}#1 -> {_folder.File("out/cells-page1.png")}", lines[0], StringComparison.Ordinal);
        Cli.Ok("predict", $"{stack}#7", "--weights", run, "--output", _folder.File("one"));
        Assert.Equal(ImageCodecs.Load(_folder.File("out/cells-page7.png")).Pixels, ImageCodecs.Load(_folder.File("one/cells-page7.png")).Pixels);
        Assert.Contains("expected a page of 1 to 10, got 11", Cli.Fails(ExitCode.BadData, "predict", $"{stack}#11", "--weights", run), StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_takes_a_page_and_levels()
    {
        string stack = _folder.File("data/images/cells.tif"), png = _folder.File("x.png");
        Cli.Ok("convert", $"{stack}#3", png, "--levels", "0:4095");
        ushort[] values = Picture(2).Values;
        Assert.Equal(values.Select(v => (byte)((255 * v + 2047) / 4095)), ImageCodecs.Load(png).Pixels);
        Cli.Ok("convert", stack, png, "--force");
        Assert.Equal(Picture(0).Values.Select(v => (byte)(v >> 8)), ImageCodecs.Load(png).Pixels);
        Assert.Contains("expected a page of 1 to 10", Cli.Fails(ExitCode.BadData, "convert", $"{stack}#99", png, "--force"), StringComparison.Ordinal);
        Assert.Contains("within 0 to 65535", Cli.Fails(ExitCode.WrongUse, "convert", stack, png, "--force", "--levels", "9:3"), StringComparison.Ordinal);
    }

    private void Save(string name, TiffPicture[] pages)
    {
        string path = _folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, TiffParts.File(pages));
    }

    private static TiffPicture Picture(int number)
    {
        var random = new Random(number);
        return new TiffPicture(Side, Side, 16, 1, Halves(_ => (ushort)(3000 + random.Next(1000)), _ => (ushort)random.Next(1000)));
    }

    private static ushort[] Halves(Func<int, ushort> left, Func<int, ushort> right) =>
        [.. Enumerable.Range(0, Side * Side).Select(i => i % Side < Side / 2 ? left(i) : right(i))];
}
