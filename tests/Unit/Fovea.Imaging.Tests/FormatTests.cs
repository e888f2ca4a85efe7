using System.Text;
using Fovea.Imaging.Codecs;
using Fovea.Testing;

namespace Fovea.Imaging.Tests;

/// <summary>The table of formats: what a name promises, what content is, and what a refusal says.</summary>
public class FormatTests
{
    [Theory]
    [InlineData("a.JPG", "JPEG")]
    [InlineData("folder.png/a.tif", "TIFF")]
    [InlineData("c:\\folder\\a.heic", "HEIC")]
    [InlineData("a.jp2", "JPEG 2000")]
    [InlineData("a.tga", "TGA")]
    [InlineData("a.webp", "WebP")]
    [InlineData("a.nef", "NEF")]
    [InlineData("a.png.txt", null)]
    [InlineData("folder.png/readme", null)]
    [InlineData("png", null)]
    public void A_name_shows_its_format(string path, string? format) => Assert.Equal(format, PictureFormats.OfName(path)?.Name);

    [Theory]
    [InlineData("474946383961", "GIF")]
    [InlineData("524946460000000057454250", "WebP")]
    [InlineData("52494646000000005741564520", null)]
    [InlineData("49492A0008000000", "TIFF")]
    [InlineData("4D4D002A00000008", "TIFF")]
    [InlineData("49492A00100000004352", "CR2")]
    [InlineData("0000001866747970686569630000000068656963", "HEIC")]
    [InlineData("00000020667479706D696631000000006D6966316176696600000000", "AVIF")]
    [InlineData("00000020667479706D696631000000006D6966316865696300000000", "HEIC")]
    [InlineData("0000001C6674797069736F6D0000020069736F6D69736F326D703431", null)]
    [InlineData("0000000C6A5020200D0A870A", "JPEG 2000")]
    [InlineData("FF4FFF51002F", "JPEG 2000")]
    [InlineData("FF0A", "JPEG XL")]
    [InlineData("0000000C4A584C200D0A870A", "JPEG XL")]
    [InlineData("38425053", "PSD")]
    [InlineData("44445320", "DDS")]
    [InlineData("762F3101", "OpenEXR")]
    [InlineData("000001000100", "ICO")]
    [InlineData("0A050108", "PCX")]
    [InlineData("FFD8FFE0", "JPEG")]
    [InlineData("89504E470D0A1A0A", "PNG")]
    [InlineData("00", null)]
    [InlineData("", null)]
    public void Content_shows_its_format(string hex, string? format) =>
        Assert.Equal(format, PictureFormats.OfContent(Convert.FromHexString(hex))?.Name);

    [Fact]
    public void Formats_that_show_themselves_further_in_are_known()
    {
        Assert.Equal("SVG", PictureFormats.OfContent("<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg width='3'/>"u8)?.Name);
        Assert.Null(PictureFormats.OfContent("<html><body><svg/></body></html>"u8));
        Assert.Equal("DICOM", PictureFormats.OfContent([.. new byte[128], .. "DICM"u8])?.Name);
        Assert.Equal("TGA", PictureFormats.OfContent([0, 0, 2, .. new byte[23], .. "TRUEVISION-XFILE.\0"u8])?.Name);
    }

    [Fact]
    public void Endings_belong_to_one_format_each_and_what_is_read_is_in_the_table()
    {
        string[] endings = [.. PictureFormats.All.SelectMany(f => f.Endings)];
        Assert.Equal(endings.Length, endings.Distinct().Count());
        Assert.All(endings, e => Assert.Matches("^[.][a-z0-9]+$", e));
        foreach ((string folder, string format) in ((string, string)[])[("jpeg", "JPEG"), ("png", "PNG"), ("bmp", "BMP"), ("ppm", "Netpbm"), ("gif", "GIF"), ("ico", "ICO")])
        {
            foreach (string file in Directory.EnumerateFiles(Repository.Golden("images", folder)).Where(f => PictureFormats.OfName(f) is not null))
            {
                Assert.Equal((format, format), (PictureFormats.OfName(file)!.Name, PictureFormats.OfContent(File.ReadAllBytes(file))?.Name));
                Assert.True(ImageCodecs.CanDecode(File.ReadAllBytes(file).AsSpan(0, 16)));
            }
        }

        Assert.False(ImageCodecs.CanDecode("8BPS            "u8));
    }

    [Theory]
    [InlineData("8BPS\u0001\0\u0001\0", null, "the file is a PSD (Photoshop document)")]
    [InlineData("8BPS\u0001\0\u0001\0", "x/a.jpg", "is a PSD (Photoshop document), though its name is that of JPEG")]
    [InlineData("\0\0\u0002\0\0\0\0\0", "a.tga", "is named as a TGA (Truevision Targa) and has 8 bytes that start with 0000020000000000")]
    [InlineData("<!DOCTYPE html><html>", "a.jpg", "that start with “<!DOCTYPE html><”")]
    [InlineData("", "a.png", "is named as a PNG (Portable Network Graphics) and is empty")]
    public void A_refusal_says_what_the_file_is(string content, string? path, string says)
    {
        ImageException e = Assert.Throws<ImageException>(() => ImageCodecs.Decode(Encoding.Latin1.GetBytes(content), path: path));
        Assert.Equal(ImageError.UnknownFormat, e.Error);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Contains("; Fovea reads ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_read_by_its_content_whatever_its_name()
    {
        string path = Path.Combine(Path.GetTempPath(), $"fovea-{Guid.NewGuid():N}.gif");
        File.WriteAllBytes(path, GoldenPicture.Bytes("bmp", "rgb24.bmp"));
        try
        {
            Assert.Equal(11, ImageCodecs.Load(path).Width);
            File.WriteAllBytes(path, [0, 1, 2, 3]);
            Assert.StartsWith($"{path}: the file is named as a GIF", Assert.Throws<ImageException>(() => ImageCodecs.Load(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
