using Fovea.Imaging.Codecs.Png;

namespace Fovea.Imaging.Tests.Png;

/// <summary>One broken rule at a time: which error, and that the message names the thing.</summary>
public class PngRuleTests
{
    private static readonly byte[] s_dot = PngParts.File(PngParts.Header(1, 1, 8, 0), PngParts.Data(0, 99));

    private static Image Decode(params byte[] file) => new PngDecoder().Decode(file, ImageLimits.Default);

    private static void Refused(ImageError error, string part, byte[] file)
    {
        ImageException thrown = Assert.Throws<ImageException>(() => Decode(file));
        Assert.True(error == thrown.Error && thrown.Message.Contains(part, StringComparison.Ordinal), $"{thrown.Error}: {thrown.Message}");
    }

    [Fact]
    public void The_smallest_picture_is_read() => Assert.Equal(99, Decode(s_dot).Pixels[0]);

    [Fact]
    public void Every_prefix_is_refused_or_gives_the_whole_picture()
    {
        for (int length = 0; length < s_dot.Length; length++)
        {
            try
            {
                Assert.Equal(99, Decode(s_dot[..length]).Pixels[0]);
            }
            catch (ImageException e)
            {
                Assert.True(e.Error is ImageError.Truncated or ImageError.Malformed, $"{length}: {e.Error}");
            }
        }
    }

    [Fact]
    public void A_wrong_checksum_is_refused_in_every_chunk_that_is_used()
    {
        byte[] palette = PngParts.Chunk("PLTE", 1, 2, 3), transparency = PngParts.Chunk("tRNS", 9);
        byte[][] chunks = [PngParts.Header(1, 1, 8, 3), palette, transparency, PngParts.Data(0, 0)];
        Assert.Equal([1, 2, 3, 9], Decode(PngParts.File(chunks)).Pixels);
        foreach (byte[] chunk in chunks)
        {
            chunk[^1] ^= 1;
            Refused(ImageError.Malformed, "checksum", PngParts.File(chunks));
            chunk[^1] ^= 1;
        }
    }

    [Fact]
    public void Ancillary_chunks_are_skipped_and_unknown_critical_ones_refused()
    {
        byte[] data = PngParts.Data(0, 7);
        Assert.Equal(7, Decode(PngParts.File(PngParts.Header(1, 1, 8, 0), PngParts.Chunk("abCd", 1, 2), data)).Pixels[0]);
        Refused(ImageError.Unsupported, "ABCD", PngParts.File(PngParts.Header(1, 1, 8, 0), PngParts.Chunk("ABCD", 1, 2), data));
        Refused(ImageError.Malformed, "IHDR", PngParts.File(PngParts.Chunk("CgBI", 1), PngParts.Header(1, 1, 8, 0), data));
    }

    [Fact]
    public void Broken_headers_and_orders_are_refused()
    {
        byte[] data = PngParts.Data(0, 7);
        Refused(ImageError.Malformed, "colour type 2 with 4", PngParts.File(PngParts.Header(1, 1, 4, 2), data));
        Refused(ImageError.Malformed, "colour type 5", PngParts.File(PngParts.Header(1, 1, 8, 5), data));
        Refused(ImageError.Unsupported, "interlace", PngParts.File(PngParts.Header(1, 1, 8, 0, 2), data));
        Refused(ImageError.Malformed, "0x1", PngParts.File(PngParts.Header(0, 1, 8, 0), data));
        Refused(ImageError.Malformed, "IHDR", PngParts.File(PngParts.Header(1, 1, 8, 0), PngParts.Header(1, 1, 8, 0), data));
        Refused(ImageError.Malformed, "follow", PngParts.File(PngParts.Header(1, 1, 8, 0), data, PngParts.Chunk("tEXt", 1), data));
        Refused(ImageError.Malformed, "PLTE", PngParts.File(PngParts.Header(1, 1, 8, 3), data));
        Refused(ImageError.Malformed, "palette", PngParts.File(PngParts.Header(1, 1, 8, 3), PngParts.Chunk("PLTE", 1, 2), data));
        Refused(ImageError.Malformed, "tRNS", PngParts.File(PngParts.Header(1, 1, 8, 0), PngParts.Chunk("tRNS", 1), data));
        Refused(ImageError.Truncated, "0 compressed", PngParts.File(PngParts.Header(1, 1, 8, 0)));
        Refused(ImageError.Malformed, "filter", PngParts.File(PngParts.Header(1, 1, 8, 0), PngParts.Data(5, 7)));
        Refused(ImageError.Truncated, "missing", PngParts.File(PngParts.Header(1, 2, 8, 0), PngParts.Data(0, 7)));
    }

    [Fact]
    public void Damaged_compressed_data_are_refused_even_if_the_checksum_of_the_chunk_fits()
    {
        byte[] compressed = PngParts.Deflate([0, 1, 2, 3, 0, 4, 5, 6]);
        compressed[^1] ^= 1;
        Refused(ImageError.Malformed, "damaged", PngParts.File(PngParts.Header(3, 2, 8, 0), PngParts.Chunk("IDAT", compressed)));
        Refused(ImageError.Malformed, "damaged", PngParts.File(PngParts.Header(3, 2, 8, 0), PngParts.Chunk("IDAT", 1, 2, 3, 4)));
    }

    [Fact]
    public void Surplus_data_are_ignored() =>
        Assert.Equal([1, 2], Decode(PngParts.File(PngParts.Header(2, 1, 8, 0), PngParts.Data(0, 1, 2, 3, 4, 5))).Pixels);
}
