using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Png;
using Fovea.Testing;
using Fovea.Training;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>--orientation</c>: what a run is trained with, it is used with.</summary>
public sealed class OrientationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public OrientationTests()
    {
        // A light half to the left of a dark one, turned by half; the masks are drawn on the stored pixels.
        for (int n = 0; n < 10; n++)
        {
            var random = new Random(n);
            var image = new Image(16, 16, PixelFormat.Rgb, [.. Enumerable.Range(0, 768).Select(i => (byte)((i / 3 % 16 < 8 ? 180 : 20) + random.Next(60)))]);
            Save($"data/images/{n}.png", ExifPng.Turned(PngEncoder.Encode(image), 3));
            Save($"data/masks/{n}.png", PngEncoder.Encode(new Image(16, 16, PixelFormat.Grey, [.. Enumerable.Range(0, 256).Select(i => (byte)(i % 16 < 8 ? 255 : 0))])));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_is_evaluated_and_asked_with_the_orientation_that_it_was_trained_with()
    {
        string data = _folder.File("data"), run = _folder.File("runs/m");
        Assert.Contains("--orientation ignore", Cli.Ok("check-data", data), StringComparison.Ordinal);
        Assert.DoesNotContain("warning", Cli.Ok("check-data", data, "--orientation", "ignore"), StringComparison.Ordinal);
        Cli.Ok("train", "--data", data, "--orientation", "ignore", "--model", "unet-small", "--image-size", "16", "--epochs", "8", "--batch-size", "3", "--output", _folder.File("runs"), "--name", "m");
        Assert.Equal(OrientationHandling.Ignore, ModelWeights.Describe(Path.Combine(run, "best.safetensors"))!.Orientation);
        Assert.Equal(OrientationHandling.Ignore, TrainOptions.FromJson(File.ReadAllText(Path.Combine(run, "config.json"))).Preprocessing.Orientation);

        string Loss(params string[] flags) => Cli.Ok(["eval", "--weights", run, "--data", data, "--json", .. flags]).Split("\"seconds\"")[0];
        Assert.Equal(Loss("--orientation", "ignore"), Loss());
        Assert.NotEqual(Loss("--orientation", "apply"), Loss());

        byte[] Mask(params string[] flags)
        {
            Cli.Ok(["predict", Path.Combine(data, "images/0.png"), "--weights", run, "--output", _folder.File("out"), .. flags]);
            return ImageCodecs.Load(_folder.File("out/0.png")).Pixels;
        }

        Assert.Equal(Mask("--orientation", "ignore"), Mask());
        Assert.NotEqual(Mask("--orientation", "apply"), Mask());
    }

    [Fact]
    public void Convert_leaves_pictures_as_they_are_stored_under_either_name()
    {
        byte[] Converted(params string[] flags)
        {
            Cli.Ok(["convert", _folder.File("data/images/0.png"), _folder.File("x.png"), "--force", .. flags]);
            return ImageCodecs.Load(_folder.File("x.png")).Pixels;
        }

        Assert.Equal(Converted("--as-stored"), Converted("--orientation", "ignore"));
        Assert.Equal(Converted(), Converted("--orientation", "apply"));
        Assert.NotEqual(Converted(), Converted("--as-stored"));
        string error = Cli.Fails(ExitCode.WrongUse, "convert", "a.png", "b.png", "--as-stored", "--orientation", "apply");
        Assert.Contains("--orientation cannot be given with --as-stored", error, StringComparison.Ordinal);
    }

    private void Save(string name, byte[] file)
    {
        string path = _folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, file);
    }
}
