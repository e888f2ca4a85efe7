using Fovea.Imaging.Codecs.Tiff;
using Fovea.Testing;
using Fovea.Testing.Mutating;
using Fovea.Testing.Tiff;

namespace Fovea.Imaging.Tiff.Tests;

public class TiffHostileTests
{
    private static readonly TiffDecoder s_decoder = new();
    private static readonly ImageLimits s_small = new() { MaxPixels = 1_000_000, MaxSide = 4096, MaxMemory = 16_000_000 };

    private static IReadOnlyList<byte[]> Files
    {
        get
        {
            TiffPicture grey = TiffPicture.Drawn(37, 21, 16, 1), rgb = TiffPicture.Drawn(20, 18, 8, 3);
            return
            [
                TiffParts.File(grey, rgb),
                TiffParts.File(false, false, grey with { Compression = 5, Predictor = 2 }),
                TiffParts.File(true, true, rgb with { Compression = 8, Tile = 16 }),
                TiffParts.File(rgb with { Compression = 32773, IsSeparate = true }),
                TiffParts.File(rgb with { Compression = 5, Tile = 16, IsSeparate = true }),
                TiffParts.File(TiffPicture.Drawn(16, 16, 4, 1).With(320, 3, [.. Enumerable.Range(0, 48).Select(i => 1000L * i)]) with { Photometric = 3 }),
            ];
        }
    }

    [Fact]
    public void Mutated_files_give_pictures_or_the_typed_error() => Assert.InRange(Refused(6000, null), 2000, 6000);

    [Fact]
    public void Mutated_directories_give_pictures_or_the_typed_error() => Assert.InRange(Refused(9000, new TiffStructure()), 2000, 9000);

    [Fact]
    public void A_huge_picture_is_refused_before_memory_is_taken()
    {
        TiffPicture page = TiffPicture.Drawn(8, 6, 16, 3);
        foreach ((long width, long height) in new[] { (65_000L, 65_000L), (0xFFFFFFFFL, 0xFFFFFFFFL), (0x7FFFFFFFL, 1L), (1L, 0x80000000L), (60_000L, 1_600L) })
        {
            byte[] file = TiffParts.File(page.With(256, 4, width).With(257, 4, height));
            Taken(1_000_000, () => Assert.Throws<ImageException>(() => s_decoder.Decode(file, ImageLimits.Default)));
        }
    }

    [Fact]
    public void A_huge_tile_around_a_small_picture_is_refused_before_memory_is_taken()
    {
        byte[] file = TiffParts.File((TiffPicture.Drawn(8, 6, 16, 3) with { Tile = 16, Compression = 8 }).With(322, 4, 40_000).With(323, 4, 40_000));
        Taken(1_000_000, () => Assert.Throws<ImageException>(() => s_decoder.Decode(file, ImageLimits.Default)));
    }

    [Fact]
    public void Memory_beyond_the_limit_is_refused()
    {
        byte[] file = TiffParts.File(TiffPicture.Drawn(500, 400, 8, 3) with { RowsPerStrip = 400 });
        var limits = new ImageLimits { MaxMemory = 1_700_000 };
        Assert.Equal(ImageError.TooLarge, Assert.Throws<ImageException>(() => s_decoder.Decode(file, limits)).Error);
        Assert.Equal(500, s_decoder.Decode(file, limits with { MaxMemory = 1_900_000 }).Width);
    }

    private static int Refused(int count, FileStructure? structure) => Mutations.Run<ImageException>(Files, count, Read, 3 * s_small.MaxMemory, structure: structure);

    private static void Read(byte[] file)
    {
        using var stream = new MemoryStream(file);
        int pages = s_decoder.CountPages(stream);
        Image image = s_decoder.DecodePage(stream, pages, s_small);
        Assert.True((long)image.Width * image.Height <= s_small.MaxPixels);
        s_decoder.ReadPageOrientation(stream, pages);
        Assert.InRange(s_decoder.DecodeStored(file, s_small).Samples.Length, 1, 4 * s_small.MaxPixels);
    }

    private static void Taken(long most, Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, most);
    }
}
