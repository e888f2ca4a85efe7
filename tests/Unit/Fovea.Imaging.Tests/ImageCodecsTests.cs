using Fovea.Imaging.Codecs;

namespace Fovea.Imaging.Tests;

public class ImageCodecsTests
{
    [Fact]
    public void Save_chooses_the_format_by_extension()
    {
        string folder = Directory.CreateTempSubdirectory("fovea-imaging-").FullName;
        try
        {
            foreach (string extension in (string[])[".png", ".bmp", ".ppm", ".PNG"])
            {
                Image image = Pictures.Make(9, 7, 3, 1);
                string path = Path.Combine(folder, "picture" + extension);
                ImageCodecs.Save(path, image);
                Same.Picture(image, ImageCodecs.Load(path), extension);
            }

            Image grey = Pictures.Make(9, 7, 1, 1);
            string mask = Path.Combine(folder, "mask.pgm");
            ImageCodecs.Save(mask, grey);
            Assert.Equal("P5"u8.ToArray(), File.ReadAllBytes(mask)[..2]);
            Same.Picture(grey, ImageCodecs.LoadIndices(mask));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("a.gif", 3, ".gif")]
    [InlineData("a", 3, "no extension")]
    [InlineData("a.pgm", 3, "Rgb")]
    [InlineData("a.ppm", 4, "Rgba")]
    public void What_cannot_be_saved_is_said_before_a_file_is_made(string path, int channels, string part)
    {
        ImageException error = Assert.Throws<ImageException>(() => ImageCodecs.Save(path, Pictures.Make(2, 2, channels, 1)));
        Assert.Equal(ImageError.Unsupported, error.Error);
        Assert.Contains(part, error.Message);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Unknown_bytes_and_colour_masks_are_refused_by_name()
    {
        ImageException error = Assert.Throws<ImageException>(() => ImageCodecs.Decode([1, 2, 3]));
        Assert.Equal(ImageError.UnknownFormat, error.Error);
        Assert.Contains("JPEG, PNG, BMP and Netpbm", error.Message);
        Assert.Contains("010203", error.Message);
        Assert.Equal(ImageError.UnknownFormat, Assert.Throws<ImageException>(() => ImageCodecs.Decode([])).Error);
        byte[] color = Codecs.Netpbm.NetpbmEncoder.Encode(Pictures.Make(3, 3, 3, 1));
        Assert.Equal(ImageError.Unsupported, Assert.Throws<ImageException>(() => ImageCodecs.DecodeIndices(color)).Error);
    }

    [Fact]
    public void Load_names_the_file()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1]);
            ImageException error = Assert.Throws<ImageException>(() => ImageCodecs.Load(path));
            Assert.Equal(ImageError.Truncated, error.Error);
            Assert.StartsWith(path, error.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_registered_decoder_is_asked_first()
    {
        ImageCodecs.Register(new Marked());
        Assert.Equal(42, ImageCodecs.Decode("fovea-test-format"u8).Width);
        Assert.Equal("marked", ImageCodecs.Decoders[0].Name);
    }

    private sealed class Marked : IImageDecoder
    {
        public string Name => "marked";

        public bool Matches(ReadOnlySpan<byte> header) => header.StartsWith("fovea-test"u8);

        public Image Decode(ReadOnlySpan<byte> data, ImageLimits limits) => new(42, 1, PixelFormat.Grey);
    }
}
