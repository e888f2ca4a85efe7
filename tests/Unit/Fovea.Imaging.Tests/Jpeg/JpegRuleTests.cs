using Fovea.Imaging.Codecs.Jpeg;

namespace Fovea.Imaging.Tests.Jpeg;

public class JpegRuleTests
{
    private const byte Frame = 0xC0, Tables = 0xC4, Scan = 0xDA, Steps = 0xDB;

    private static readonly byte[] s_plain = JpegGoldens.Bytes("plain");

    [Theory]
    [InlineData("refused-arithmetic", "arithmetic-coded")]
    [InlineData("refused-lossless", "lossless")]
    [InlineData("refused-12-bit", "got 12")]
    [InlineData("refused-sampling", "do not divide")]
    public void Kinds_that_are_not_read_are_named(string name, string says)
    {
        ImageException e = Refuses(ImageError.Unsupported, JpegGoldens.Bytes(name));
        Assert.Contains(says, e.Message);
    }

    [Fact]
    public void Frame_headers_are_checked()
    {
        Refuses(ImageError.Unsupported, JpegParts.Patch(s_plain, Frame, 5, 0, 0));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Frame, 7, 0, 0));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Frame, 9, 4));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Frame, 11, 0x05));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Frame, 12, 4));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Frame, 2, 0, 1));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Frame, 11, 0x42, 0, 1, 0x41));
        int frame = JpegParts.Find(s_plain, Frame);
        Refuses(ImageError.Malformed, JpegParts.Insert(s_plain, Scan, s_plain[frame..(frame + 19)]));
        Refuses(ImageError.Unsupported, JpegParts.Insert(s_plain, Frame, 0xFF, 0xC0, 0, 14, 8, 0, 8, 0, 8, 2, 1, 0x11, 0, 2, 0x11, 0));
    }

    [Fact]
    public void Tables_are_checked()
    {
        Refuses(ImageError.Malformed, JpegParts.Without(s_plain, Steps));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Steps, 4, 4));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Steps, 4, 0x10));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Tables, 4, 0x20));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Tables, 4, 0x04));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Tables, 5, 3));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Tables, 5, 0, 255, 255));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Tables, 21, 16));
        Refuses(ImageError.Malformed, JpegParts.Without(JpegGoldens.Bytes("progressive"), Tables));
        Refuses(ImageError.Malformed, JpegParts.Insert(s_plain, Frame, 0xFF, 0xDD, 0, 3, 1));
    }

    [Fact]
    public void Scan_headers_are_checked()
    {
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Scan, 4, 0));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Scan, 5, 9));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Scan, 7, s_plain[JpegParts.Find(s_plain, Scan) + 5]));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Scan, 6, 0x44));
        Refuses(ImageError.Malformed, JpegParts.Patch(s_plain, Scan, 6, 0x33));
        byte[] progressive = JpegGoldens.Bytes("progressive");
        Refuses(ImageError.Malformed, JpegParts.Patch(progressive, Scan, 11, 1));
        Refuses(ImageError.Malformed, JpegParts.Patch(progressive, Scan, 12, 63));
        Refuses(ImageError.Malformed, JpegParts.Patch(progressive, Scan, 13, 0x31));
        Refuses(ImageError.Malformed, JpegParts.Patch(progressive, Scan, 13, 0x0E));
        Refuses(ImageError.Malformed, [0xFF, 0xD8, .. s_plain[JpegParts.Find(s_plain, Scan)..]]);
    }

    [Fact]
    public void Structure_is_checked()
    {
        Refuses(ImageError.Malformed, []);
        Refuses(ImageError.Malformed, [0xFF]);
        Refuses(ImageError.Truncated, [0xFF, 0xD8]);
        Refuses(ImageError.Truncated, [0xFF, 0xD8, 0xFF, 0xD9]);
        Refuses(ImageError.Truncated, [0xFF, 0xD8, 0xFF, 0xE0, 0]);
        Refuses(ImageError.Malformed, [0xFF, 0xD8, 0xFF, 0xE0, 0, 1]);
        Refuses(ImageError.Truncated, [0xFF, 0xD8, 0xFF, 0xE0, 0, 9, 1, 2]);
        Refuses(ImageError.Malformed, [.. s_plain[..2], .. s_plain]);
    }

    [Fact]
    public void Every_beginning_of_a_file_is_refused_or_whole()
    {
        foreach (string name in (string[])["size-9x16-2x2", "size-9x16-progressive", "grey-restart", "scan-mixed"])
        {
            byte[] file = JpegGoldens.Bytes(name);
            for (int length = 2; length < file.Length; length++)
            {
                try
                {
                    Image image = new JpegDecoder().Decode(file.AsSpan(0, length), ImageLimits.Default);
                    Assert.True(length >= file.Length - 3, $"{name}: {length} of {file.Length} bytes were taken for the whole picture.");
                    Same.Picture(JpegGoldens.Expected(name), image, name);
                }
                catch (ImageException e)
                {
                    Assert.Equal(ImageError.Truncated, e.Error);
                }
            }
        }
    }

    [Fact]
    public void A_cut_file_keeps_what_it_had_when_that_is_allowed()
    {
        var lenient = new JpegDecoder(new JpegDecoderOptions { AllowTruncated = true });
        byte[] file = JpegGoldens.Bytes("progressive");
        Image whole = JpegGoldens.Expected("progressive");
        double before = double.MaxValue;
        foreach (double part in (double[])[0.3, 0.6, 0.9])
        {
            Image image = lenient.Decode(file.AsSpan(0, (int)(file.Length * part)), ImageLimits.Default);
            double error = image.Pixels.Zip(whole.Pixels, (a, b) => Math.Abs(a - b)).Average();
            Assert.InRange(error, 0.01, before);
            before = error;
        }
    }

    [Fact]
    public void The_number_of_scans_is_limited()
    {
        byte[] file = JpegGoldens.Bytes("progressive");
        Assert.Contains("MaxScans", Assert.Throws<ImageException>(
            () => new JpegDecoder(new JpegDecoderOptions { MaxScans = 9 }).Decode(file, ImageLimits.Default)).Message);
        Same.Picture(JpegGoldens.Expected("progressive"), new JpegDecoder(new JpegDecoderOptions { MaxScans = 10 }).Decode(file, ImageLimits.Default));
        Assert.Throws<ArgumentOutOfRangeException>(() => new JpegDecoder(new JpegDecoderOptions { MaxScans = 0 }));
    }

    private static ImageException Refuses(ImageError error, byte[] file)
    {
        ImageException e = Assert.Throws<ImageException>(() => new JpegDecoder().Decode(file, ImageLimits.Default));
        Assert.Equal(error, e.Error);
        Assert.StartsWith("jpeg: ", e.Message);
        return e;
    }
}
