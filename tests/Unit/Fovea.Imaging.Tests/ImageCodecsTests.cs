using Fovea.Imaging.Codecs;
using Fovea.Testing;

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
        Assert.Contains("JPEG, PNG, BMP, Netpbm, GIF and ICO", error.Message);
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

    [Theory]
    [InlineData("png")]
    [InlineData("jpeg")]
    [InlineData("bmp")]
    [InlineData("ppm")]
    [InlineData("gif")]
    [InlineData("ico")]
    public void Headers_say_the_size_that_decoding_gives(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(Repository.Golden("images", folder)).Where(f => PictureFormats.OfName(f) is not null)];
        Assert.Contains(files, f => Decoded(File.ReadAllBytes(f), DecodeOptions.Default) is not null);
        foreach (byte[] file in files.Select(File.ReadAllBytes))
        {
            foreach (OrientationHandling orientation in Enum.GetValues<OrientationHandling>())
            {
                var options = new DecodeOptions { Orientation = orientation };
                if (Decoded(file, options) is not { } image)
                {
                    continue;
                }

                PictureHeader header = ImageCodecs.ReadHeader(file, options)!.Value;
                Assert.Equal((image.Width, image.Height, ImageCodecs.DecodeStored(file, options).Maximum), (header.Width, header.Height, header.Maximum));
            }
        }
    }

    [Fact]
    public void Headers_of_turned_pictures_are_those_of_the_upright_ones()
    {
        byte[] file = ExifPng.Turned(Codecs.Png.PngEncoder.Encode(new Image(5, 3, PixelFormat.Grey)), 6);
        Assert.Equal(new PictureHeader(3, 5, 255), ImageCodecs.ReadHeader(file));
        Assert.Equal(new PictureHeader(5, 3, 255), ImageCodecs.ReadHeader(file, new DecodeOptions { Orientation = OrientationHandling.Ignore }));
    }

    [Fact]
    public void Levels_are_for_samples_of_more_than_eight_bits()
    {
        var options = new DecodeOptions { Levels = new SampleLevels(0, 4095) };
        byte[] deep = PngParts.File(PngParts.Header(3, 1, 16, 0), PngParts.Data(0, 0x00, 0x00, 0x08, 0x00, 0xFF, 0xFF));
        Assert.Equal([0, 8, 255], ImageCodecs.Decode(deep).Pixels);
        Assert.Equal([0, 128, 255], ImageCodecs.Decode(deep, options).Pixels);
        byte[] alpha = PngParts.File(PngParts.Header(1, 1, 16, 4), PngParts.Data(0, 0x08, 0x00, 0x80, 0x00));
        Assert.Equal([128, 128], ImageCodecs.Decode(alpha, options).Pixels);
        Assert.Null(ImageCodecs.Decode(deep, options).Values);
        DecodeOptions all = options with { Levels = new SampleLevels(0, 4095, KeepsAll: true) };
        Assert.Equal([0, 128, 255], ImageCodecs.Decode(deep, all).Pixels);
        Assert.Equal([0, 2048f / 4095, 1], ImageCodecs.Decode(deep, all).Values!);
        Assert.Equal([2048f / 4095, 32768f / 65535], ImageCodecs.Decode(alpha, all).Values!);
        byte[] plain = PngParts.File(PngParts.Header(3, 1, 8, 0), PngParts.Data(0, 1, 2, 3));
        Assert.Equal([1, 2, 3], ImageCodecs.Decode(plain, options).Pixels);
        Assert.Null(ImageCodecs.Decode(plain, all).Values);
        Assert.Equal([4, 255], ImageCodecs.Decode([.. "P5 2 1 4095\n"u8, 0x00, 0x40, 0x0F, 0xFF], options).Pixels);
    }

    [Theory]
    [InlineData("0:4095", true)]
    [InlineData("7:8", true)]
    [InlineData("0:4095:all", true)]
    [InlineData("0:4095:", false)]
    [InlineData("0:4095:all:all", false)]
    [InlineData("0:65535", true)]
    [InlineData("0:65536", false)]
    [InlineData("8:8", false)]
    [InlineData("-1:8", false)]
    [InlineData("4095", false)]
    [InlineData("1:2:3", false)]
    [InlineData("a:b", false)]
    public void Levels_are_two_numbers_the_lower_first(string text, bool isRange)
    {
        Assert.Equal(isRange, SampleLevels.TryParse(text, out SampleLevels levels));
        if (isRange)
        {
            Assert.Equal(text, levels.ToString());
        }
    }

    [Theory]
    [InlineData("a/stack.tif#3", "a/stack.tif", 3)]
    [InlineData("x#1#20", "x#1", 20)]
    [InlineData("stack.tif", "stack.tif", 0)]
    [InlineData("stack.tif#", "stack.tif#", 0)]
    [InlineData("stack.tif#0", "stack.tif#0", 0)]
    [InlineData("stack.tif#03", "stack.tif#03", 0)]
    [InlineData("stack.tif#3a", "stack.tif#3a", 0)]
    [InlineData("stack.tif#9999999999", "stack.tif#9999999999", 0)]
    [InlineData("#3", "#3", 0)]
    public void Names_of_pages_end_in_their_number(string name, string file, int page)
    {
        Assert.Equal(page > 0, PageName.TryParse(name, out string found, out int number));
        Assert.Equal((file, page), (found, number));
        Assert.Equal(name, page > 0 ? PageName.Of(file, page) : name);
    }

    [Fact]
    public void A_registered_decoder_is_asked_first()
    {
        ImageCodecs.Register(new Marked());
        Assert.Equal(42, ImageCodecs.Decode("fovea-test-format"u8).Width);
        Assert.Equal("marked", ImageCodecs.Decoders[0].Name);
    }

    // Some of the files are there to be refused.
    private static Image? Decoded(byte[] file, DecodeOptions options)
    {
        try
        {
            return ImageCodecs.Decode(file, options);
        }
        catch (ImageException)
        {
            return null;
        }
    }

    private sealed class Marked : IImageDecoder
    {
        public string Name => "marked";

        public bool Matches(ReadOnlySpan<byte> header) => header.StartsWith("fovea-test"u8);

        public Image Decode(ReadOnlySpan<byte> data, ImageLimits limits) => new(42, 1, PixelFormat.Grey);
    }
}
