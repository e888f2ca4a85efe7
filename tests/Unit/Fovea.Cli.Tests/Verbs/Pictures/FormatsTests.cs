using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Tiff;
using Fovea.Imaging.Codecs.Webp;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary>GIF, icons and WebP count as pictures wherever the command line takes some.</summary>
public sealed class FormatsTests : IDisposable
{
    private static readonly string[] s_names = ["gif/animated-disposal-1.gif", "gif/transparent.gif", "ico/bits-24.ico", "ico/png-rgba.ico", "webp/exif-6.webp", "webp/lossy-smooth-75.webp"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_of_them_is_checked_learnt_from_and_predicted()
    {
        foreach (string name in s_names)
        {
            foreach (string label in new[] { "a", "b" })
            {
                string path = _folder.File($"data/{label}/{Path.GetFileName(name)}");
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);

                // Bytes behind the picture make it another file.
                File.WriteAllBytes(path, [.. File.ReadAllBytes(Repository.Golden("images", name)), .. label.Select(c => (byte)c)]);
            }
        }

        string data = _folder.File("data"), run = _folder.File("runs/m");
        Assert.DoesNotContain("cannot be read", Cli.Ok("check-data", data), StringComparison.Ordinal);
        Cli.Ok("train", "--data", data, "--val", data, "--model", "resnet8", "--image-size", "16", "--epochs", "1", "--batch-size", "4", "--output", _folder.File("runs"), "--name", "m");
        foreach (string name in s_names)
        {
            string path = _folder.File($"data/a/{Path.GetFileName(name)}");
            Assert.Contains(path, Cli.Ok("predict", path, "--weights", run), StringComparison.Ordinal);
        }

        string webp = _folder.File("data/a/exif-6.webp");
        Assert.Contains("exif-6", Cli.Ok("explain", "--image", webp, "--weights", run, "--method", "grad-cam", "--output", _folder.File("maps")), StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_turns_them_into_png()
    {
        Cli.Ok("convert", Repository.Golden("images", "webp", "exif-6.webp"), _folder.File("x.png"));
        Image image = ImageCodecs.Load(_folder.File("x.png"));
        Assert.Equal((9, 20, PixelFormat.Rgb), (image.Width, image.Height, image.Format));
        Cli.Ok("convert", Repository.Golden("images", "gif", "transparent.gif"), _folder.File("y.png"));
        Assert.Equal(ImageCodecs.Load(Repository.Golden("images", "gif", "transparent.gif")).Pixels, ImageCodecs.Load(_folder.File("y.png")).Pixels);
    }

    [Fact]
    public void Native_decoders_are_left_out_where_the_variable_says_so()
    {
        Assert.Equal([typeof(WebpDecoder), typeof(TiffDecoder)], PictureReaders.Wanted(null).Select(d => d.GetType()));
        Assert.Equal([typeof(WebpDecoder), typeof(TiffDecoder)], PictureReaders.Wanted("1").Select(d => d.GetType()));
        Assert.Equal([typeof(TiffDecoder)], PictureReaders.Wanted("0").Select(d => d.GetType()));
    }
}
