using System.Diagnostics;
using Fovea.Imaging.Codecs.Webp;
using Fovea.Testing;
using Fovea.Testing.Mutating;

namespace Fovea.Imaging.Skia.Tests;

[Collection(Serial.Name)]
public class WebpHostileTests
{
    private static readonly WebpDecoder s_decoder = new();

    private static byte[][] Files =>
        [.. Directory.EnumerateFiles(Repository.Golden("images", "webp"), "*.webp").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    [Fact]
    public void Mutated_files_give_pictures_or_the_typed_error_and_native_memory_comes_back()
    {
        // What the library takes once for all files is taken by the first of them.
        DamagedImages.Refused(s_decoder, Files, 500, new RiffStructure());
        long before = Resident();
        Assert.InRange(DamagedImages.Refused(s_decoder, Files, 6000, new RiffStructure()), 1000, 6000);

        // 6,000 pictures of 61x47 that stayed would be 69 MB.
        Assert.InRange(Resident() - before, long.MinValue, 40_000_000);
    }

    [Fact]
    public void Mutated_bytes_give_pictures_or_the_typed_error() => Assert.InRange(DamagedImages.Refused(s_decoder, Files, 3000), 500, 3000);

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
