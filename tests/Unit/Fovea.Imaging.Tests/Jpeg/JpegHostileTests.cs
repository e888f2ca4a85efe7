using Fovea.Imaging.Codecs.Jpeg;
using Fovea.Testing;
using Fovea.Testing.Mutating;
using FsCheck;
using FsCheck.Fluent;

namespace Fovea.Imaging.Tests.Jpeg;

public class JpegHostileTests
{
    private static IReadOnlyList<byte[]> Files =>
        [.. Directory.EnumerateFiles(Repository.Golden("images", "jpeg"), "*.jpg").Order().Select(File.ReadAllBytes)];

    [Fact]
    public void Mutated_files_give_pictures_or_the_typed_error() => Assert.InRange(DamagedImages.Refused(new JpegDecoder(), Files, 6000, new JpegStructure()), 1500, 6000);

    [Fact]
    public void Mutated_files_are_safe_when_truncation_is_allowed() =>
        Assert.InRange(DamagedImages.Refused(new JpegDecoder(new JpegDecoderOptions { AllowTruncated = true }), Files, 6000, new JpegStructure()), 500, 6000);

    [Fact]
    public void Any_bytes_behind_a_header_are_safe()
    {
        byte[] plain = JpegGoldens.Bytes("progressive");
        int scan = JpegParts.DataStart(plain);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), (byte[] tail) =>
        {
            AssertSafe([0xFF, 0xD8, 0xFF, .. tail]);
            AssertSafe([.. plain[..scan], .. tail, 0xFF, 0xD9]);
        }));
    }

    [Fact]
    public void A_huge_header_is_refused_before_memory_is_taken()
    {
        byte[] plain = JpegGoldens.Bytes("plain");
        foreach (byte marker in (byte[])[0xC0, 0xC1, 0xC2])
        {
            byte[] file = JpegParts.Patch(JpegParts.Patch(plain, 0xC0, 5, 0x3F, 0xFF, 0x3F, 0xFF), 0xC0, 1, marker);
            Refuses(file, ImageLimits.Default, ImageError.TooLarge);
            Refuses(file, new ImageLimits { MaxPixels = long.MaxValue, MaxMemory = long.MaxValue }, ImageError.Truncated);
        }
    }

    [Fact]
    public void Memory_beyond_the_limit_is_refused()
    {
        byte[] file = JpegGoldens.Bytes("progressive");
        Refuses(file, new ImageLimits { MaxMemory = 10_000 }, ImageError.TooLarge);
        Refuses(file, new ImageLimits { MaxPixels = 45 * 35 - 1 }, ImageError.TooLarge);
        Refuses(file, new ImageLimits { MaxSide = 44 }, ImageError.TooLarge);
        Same.Picture(JpegGoldens.Expected("progressive"), new JpegDecoder().Decode(file, new ImageLimits { MaxSide = 45, MaxMemory = 60_000 }));
    }

    [Fact]
    public void Thousands_of_tiny_scans_end_soon()
    {
        // Each scan says "nothing new in the next 32,767 blocks" in two bytes or so, over a picture of two million pixels.
        byte[] plain = JpegGoldens.Bytes("grey-progressive");
        byte[] head = JpegParts.Patch(plain, 0xC2, 5, 0x05, 0xA0, 0x05, 0xA0)[..JpegParts.Find(plain, 0xDA)];
        byte[] table = [0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0xE0];
        byte[] scan = [0xFF, 0xDA, 0, 8, 1, plain[JpegParts.Find(plain, 0xC2) + 10], 0, 1, 63, 0, .. Enumerable.Repeat((byte)0x7E, 20)];
        byte[] file = [.. head, .. table, .. Enumerable.Repeat(scan, 3000).SelectMany(s => s), 0xFF, 0xD9];
        ImageException e = Assert.Throws<ImageException>(() => new JpegDecoder().Decode(file, ImageLimits.Default));
        Assert.Equal(ImageError.Malformed, e.Error);

        // 180 by 180 blocks, 64 times, and 8 for each byte: the next scan is too much.
        long budget = 64 * 180 * 180 + 8L * file.Length;
        long scans = budget / (180 * 180) + 1;
        Assert.InRange(scans, 65, 99);
        Assert.Contains($"the first {scans} scans visit {scans * 180 * 180} blocks, and {budget} are all", e.Message);
    }

    [Fact]
    public void A_few_arithmetic_coded_bytes_cannot_claim_a_huge_picture()
    {
        byte[] plain = JpegGoldens.Bytes("arithmetic-grey");
        foreach (byte marker in (byte[])[0xC9, 0xCA])
        {
            byte[] file = JpegParts.Patch(JpegParts.Patch(plain, 0xC9, 5, 0xF0, 0, 0xF0, 0), 0xC9, 1, marker);
            Refuses(file, ImageLimits.Default, ImageError.TooLarge);
            Refuses(file, new ImageLimits { MaxPixels = long.MaxValue, MaxMemory = long.MaxValue }, ImageError.TooLarge);
        }
    }

    private static void AssertSafe(byte[] file)
    {
        try
        {
            Assert.InRange((long)new JpegDecoder().Decode(file, DamagedImages.Small).Pixels.Length, 1, 3 * DamagedImages.Small.MaxPixels);
        }
        catch (ImageException e)
        {
            Assert.NotEqual(ImageError.UnknownFormat, e.Error);
        }
    }

    private static void Refuses(byte[] file, ImageLimits limits, ImageError error)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(error, Assert.Throws<ImageException>(() => new JpegDecoder().Decode(file, limits)).Error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }
}
