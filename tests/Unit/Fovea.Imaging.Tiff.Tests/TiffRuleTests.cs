using Fovea.Imaging.Codecs.Tiff;
using Fovea.Testing.Tiff;

namespace Fovea.Imaging.Tiff.Tests;

public class TiffRuleTests
{
    private static readonly TiffDecoder s_decoder = new();

    private static TiffPicture Plain => TiffPicture.Drawn(8, 6, 8, 1);

    [Fact]
    public void What_is_not_read_is_named_with_what_to_do()
    {
        Refused(ImageError.Unsupported, Plain.With(339, 3, 3), "sample format 3");
        Refused(ImageError.Unsupported, Plain.With(339, 3, 2), "sample format 2");
        Refused(ImageError.Unsupported, Plain.With(258, 3, 12), "8 or 16 bits in each sample, got 12");
        Refused(ImageError.Unsupported, Plain.With(258, 3, 32), "got 32");
        Refused(ImageError.Unsupported, TiffPicture.Drawn(8, 6, 8, 3).With(258, 3, 8, 8, 16), "got 8, 8, 16");
        Refused(ImageError.Unsupported, Plain with { Photometric = 6 }, "photometric 0 to 3), got 6");
        Refused(ImageError.Unsupported, TiffPicture.Drawn(8, 6, 8, 2), "expected 1 channel and at most an alpha channel, got 2");
        Refused(ImageError.Unsupported, TiffPicture.Drawn(8, 6, 8, 5), "expected 3 channels and at most an alpha channel, got 5");
        Refused(ImageError.Unsupported, Plain.With(259, 3, 7), "got 7 with 1");
        Refused(ImageError.Unsupported, Plain.With(317, 3, 3), "got 1 with 3");
    }

    [Fact]
    public void Big_files_of_the_other_byte_order_are_named()
    {
        ImageException e = Assert.Throws<ImageException>(() => s_decoder.Decode(TiffParts.File(little: false, big: true, Plain), ImageLimits.Default));
        Assert.Equal(ImageError.Unsupported, e.Error);
        Assert.Contains("BigTIFF with the most significant byte first", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Directories_that_lack_what_is_needed_are_malformed()
    {
        Refused(ImageError.Malformed, Plain.With(256, 4), "ImageWidth or ImageLength is missing");
        Refused(ImageError.Malformed, Plain.With(273, 4), "places and lengths of 2 strips, got 0 places");
        Refused(ImageError.Malformed, Plain.With(279, 4, 24), "got 2 places and 1 lengths");
        Refused(ImageError.Malformed, Plain with { Photometric = 3 }, "expected a palette of 256 colours");
        Refused(ImageError.Malformed, Plain.With(256, 4, 0), "at least 1 pixel");
    }

    [Fact]
    public void A_file_that_is_cut_short_is_truncated_wherever_that_is()
    {
        byte[] file = TiffParts.File(Plain);
        for (int length = 0; length < file.Length - 4; length++)
        {
            ImageException e = Assert.Throws<ImageException>(() => s_decoder.Decode(file.AsSpan(0, length), ImageLimits.Default));
            Assert.True(e.Error is ImageError.Truncated or ImageError.Malformed, e.Message);
        }

        Refused(ImageError.Truncated, Plain.With(279, 4, 24, 1_000_000), "the file ends at");
    }

    [Fact]
    public void A_chain_of_pages_that_is_a_circle_is_refused()
    {
        byte[] file = TiffParts.File(Plain);
        file.AsSpan(4, 4).CopyTo(file.AsSpan(file.Length - 4));
        using var stream = new MemoryStream(file);
        ImageException e = Assert.Throws<ImageException>(() => s_decoder.CountPages(stream));
        Assert.Contains("circle", e.Message, StringComparison.Ordinal);
    }

    private static void Refused(ImageError error, TiffPicture page, string words)
    {
        ImageException e = Assert.Throws<ImageException>(() => s_decoder.Decode(TiffParts.File(page), ImageLimits.Default));
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.Equal(error, e.Error);
        Assert.StartsWith("tiff: ", e.Message, StringComparison.Ordinal);
    }
}
