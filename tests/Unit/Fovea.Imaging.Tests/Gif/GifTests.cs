using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Gif;
using Fovea.Testing;
using Fovea.Testing.Mutating;

namespace Fovea.Imaging.Tests.Gif;

public class GifTests
{
    private static readonly IReadOnlyDictionary<string, GoldenPicture> s_goldens = GoldenPicture.Load("gif");

    // A canvas of 2x2 with the colours red, green, blue and white.
    private static readonly byte[] s_head = [.. "GIF89a"u8, 2, 0, 2, 0, 0xF1, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
    private static readonly byte[] s_frame = [0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0];

    public static TheoryData<string> Names => new(s_goldens.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_pixels_and_indices_are_exact(string name)
    {
        byte[] file = GoldenPicture.Bytes("gif", name + ".gif");
        GoldenPicture golden = s_goldens[name];
        Image image = ImageCodecs.Decode(file);
        Same.Picture(golden.Expected, image, name);
        Same.Picture(new Image(image.Width, image.Height, PixelFormat.Grey, golden.Indices!), ImageCodecs.DecodeIndices(file), name);
        Assert.Equal(new PictureHeader(image.Width, image.Height, 255), ImageCodecs.ReadHeader(file));
    }

    [Fact]
    public void Stored_samples_are_indices_of_the_palette_that_holds()
    {
        StoredImage own = ImageCodecs.DecodeStored(GoldenPicture.Bytes("gif", "own-palette-before-common.gif"));
        StoredImage common = ImageCodecs.DecodeStored(GoldenPicture.Bytes("gif", "version-87a.gif"));
        Assert.Equal((48, 48, true), (own.Palette.Length, common.Palette.Length, own.IsIndexed));
        Assert.NotEqual(own.Palette, common.Palette);
        Assert.Equal(own.Samples, common.Samples);
        Assert.False(ImageCodecs.DecodeStored(GoldenPicture.Bytes("gif", "no-palette.gif")).IsIndexed);
    }

    [Fact]
    public void Indices_beyond_the_palette_are_black()
    {
        // Codes of 4 bits: clear (8), 1, 7, 2, 7, end (9); the palette has four colours.
        byte[] file = [.. s_head, .. s_frame, 3, 3, 0x18, 0x27, 0x97, 0, 0x3B];
        Assert.Equal([0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0], ImageCodecs.Decode(file).Pixels);
        Assert.Equal([1, 7, 2, 7], ImageCodecs.DecodeStored(file).Samples);
    }

    [Fact]
    public void Codes_need_no_clear_at_the_start_and_no_end()
    {
        // 2, 4 which clears, 1, 0 and 3, three bits each, from the least significant bit on.
        const int Codes = 0b011_000_001_100_010;
        byte[] file = [.. s_head, .. s_frame, 2, 2, Codes & 255, Codes >> 8, 0, 0x3B];
        Assert.Equal([2, 1, 0, 3], ImageCodecs.DecodeStored(file).Samples);
    }

    [Fact]
    public void What_is_damaged_is_named()
    {
        Refused(ImageError.Malformed, [.. s_head, 0x3B], "has no frame");
        Refused(ImageError.Malformed, [.. s_head, 0x77], "got 77");
        Refused(ImageError.Malformed, [.. s_head, .. s_frame, 9, 1, 0, 0], "indices of 1 to 8 bits, got 9");
        Refused(ImageError.Malformed, [.. s_head, 0x2C, 0, 0, 0, 0, 0, 0, 2, 0, 0, 2, 0], "at least 1 pixel");
        Refused(ImageError.Truncated, [.. s_head, .. s_frame, 2, 0], "the codes end at pixel 0 of 4");
        Refused(ImageError.Truncated, [.. s_head, .. s_frame, 2, 1, 0b00_101_100, 0], "the codes end at pixel 0 of 4");
        Refused(ImageError.Malformed, [.. s_head, .. s_frame, 2, 1, 0b00_110_100, 0], "code 6 at pixel 0 stands for nothing");
    }

    [Fact]
    public void Every_prefix_of_a_file_is_refused_until_its_pixels_are_there()
    {
        byte[] file = GoldenPicture.Bytes("gif", "interlaced-16.gif");
        int whole = Enumerable.Range(0, file.Length + 1).First(length => IsRead(file.AsSpan(0, length)));

        // Behind the pixels are the code of the end, the blocks' end and the trailer.
        Assert.InRange(whole, file.Length - 4, file.Length);
    }

    [Fact]
    public void A_few_bytes_of_codes_cannot_claim_a_huge_frame()
    {
        byte[] file = [.. s_head, 0x2C, 0, 0, 0, 0, 0x20, 0x20, 0x20, 0x20, 0, 2, 1, 0x44, 0, 0x3B];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(ImageError.Truncated, Assert.Throws<ImageException>(() => ImageCodecs.Decode(file)).Error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        file[27] = 0xFF;
        Assert.Equal(ImageError.TooLarge, Assert.Throws<ImageException>(() => ImageCodecs.Decode(file, new DecodeOptions { Limits = DamagedImages.Small })).Error);
    }

    [Fact]
    public void Mutated_files_give_pictures_or_the_typed_error()
    {
        byte[][] files = [.. Directory.EnumerateFiles(Repository.Golden("images", "gif"), "*.gif").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        Assert.InRange(DamagedImages.Refused(new GifDecoder(), files, 6000, new GifStructure()), 1000, 6000);
    }

    private static bool IsRead(ReadOnlySpan<byte> file)
    {
        try
        {
            return new GifDecoder().Decode(file, ImageLimits.Default).Width > 0;
        }
        catch (ImageException)
        {
            return false;
        }
    }

    private static void Refused(ImageError error, byte[] file, string words)
    {
        ImageException e = Assert.Throws<ImageException>(() => ImageCodecs.Decode(file));
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.Equal(error, e.Error);
    }
}
