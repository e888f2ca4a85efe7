using Fovea.Imaging.Codecs.Png;
using Fovea.Testing;
using Fovea.Testing.Mutating;

namespace Fovea.Imaging.Tests.Png;

public class PngHostileTests
{
    private static IReadOnlyList<byte[]> Files => [.. Directory.EnumerateFiles(Repository.Golden("images", "png"), "*.png").Order().Select(File.ReadAllBytes)];

    [Fact]
    public void Mutated_files_give_pictures_or_the_typed_error() => Assert.InRange(DamagedImages.Refused(new PngDecoder(), Files, 3000), 1500, 3000);

    [Fact]
    public void Mutated_files_with_right_checksums_reach_the_parser_behind_them() =>
        Assert.InRange(DamagedImages.Refused(new PngDecoder(), Files, 5000, new PngStructure()), 1000, 5000);

    [Fact]
    public void A_huge_header_is_refused_before_memory_is_taken()
    {
        (uint Width, uint Height)[] sizes = [(65000, 65000), (0xFFFFFFFF, 0xFFFFFFFF), (0x7FFFFFFF, 1), (1, 0x80000000), (60000, 1600)];
        foreach ((uint width, uint height) in sizes)
        {
            byte[] file = PngParts.File(PngParts.Header(width, height, 16, 6), PngParts.Data(new byte[100]));
            Taken(1_000_000, () => Assert.Throws<ImageException>(() => new PngDecoder().Decode(file, ImageLimits.Default)));
            Taken(1_000_000, () => Assert.Throws<ImageException>(() => new PngDecoder().Decode(file, Unlimited)));
        }
    }

    [Fact]
    public void A_bomb_is_inflated_no_further_than_the_header_says()
    {
        byte[] file = PngParts.File(PngParts.Header(10, 10, 8, 0), PngParts.Data(new byte[200_000_000]));
        Assert.True(file.Length < 1_000_000);
        Taken(2_000_000, () => Assert.Equal(10, new PngDecoder().Decode(file, ImageLimits.Default).Width));
    }

    [Fact]
    public void Memory_beyond_the_limit_is_refused()
    {
        byte[] file = PngEncoder.Encode(new Image(1000, 1000, PixelFormat.Rgba));
        var limits = new ImageLimits { MaxMemory = 3_900_000 };
        Assert.Equal(ImageError.TooLarge, Assert.Throws<ImageException>(() => new PngDecoder().Decode(file, limits)).Error);
        Assert.Equal(1000, new PngDecoder().Decode(file, limits with { MaxMemory = 4_100_000 }).Width);
    }

    private static ImageLimits Unlimited => new() { MaxPixels = long.MaxValue, MaxSide = int.MaxValue, MaxMemory = long.MaxValue };

    private static void Taken(long most, Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, most);
    }
}
