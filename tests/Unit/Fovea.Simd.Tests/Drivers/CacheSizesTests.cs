using Fovea.Simd.Drivers;

namespace Fovea.Simd.Tests.Drivers;

/// <summary>What is read of a machine's caches, and what is made of it.</summary>
public sealed class CacheSizesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fovea-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("Data 32K, Instruction 64K, Unified 512K, Unified 8192K", 8L << 20)]
    [InlineData("Unified 512K, Data 48K, Instruction 32K", 512L << 10)]
    [InlineData("Data 48K, Unified 2M, Unified 260M", 260L << 20)]
    [InlineData("Instruction 64K", null)]
    [InlineData("Unified 8192X, Unified -1K, Unified ", null)]
    [InlineData("", null)]
    public void The_largest_cache_of_data_counts(string caches, long? expected)
    {
        string[] all = caches.Split(", ", StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < all.Length; i++)
        {
            string cache = Directory.CreateDirectory(Path.Combine(_folder, $"index{i}")).FullName;
            string[] told = all[i].Split(' ');
            File.WriteAllText(Path.Combine(cache, "type"), told[0] + "\n");
            File.WriteAllText(Path.Combine(cache, "size"), told[^1] + "\n");
        }

        Assert.Equal(expected, CacheSizes.Read(_folder));
    }

    [Fact]
    public void A_level_is_asked_for_by_its_number()
    {
        foreach ((string name, string level, string type, string size) in new[] { ("index0", "1", "Data", "48K"), ("index2", "2", "Unified", "2048K"), ("index3", "3", "Unified", "260M") })
        {
            string cache = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
            File.WriteAllText(Path.Combine(cache, "level"), level + "\n");
            File.WriteAllText(Path.Combine(cache, "type"), type + "\n");
            File.WriteAllText(Path.Combine(cache, "size"), size + "\n");
        }

        Assert.Equal([48L << 10, 2L << 20, 260L << 20, null], new int?[] { 1, 2, 3, 4 }.Select(level => CacheSizes.Read(_folder, level)));
    }

    [Fact]
    public void What_cannot_be_read_is_not_told()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "index0"));
        Assert.Null(CacheSizes.Read(_folder));
        Assert.Null(CacheSizes.Read(Path.Combine(_folder, "nowhere")));
    }

    [Fact]
    public void Results_are_streamed_past_caches_that_cannot_hold_them()
    {
        Assert.InRange(CacheSizes.LastLevel, 4L << 20, 8L << 20);
        using IDisposable assumed = CacheSizes.Assume(1 << 20);
        Assert.False(StreamingStores.Pay<float>((3 << 18) - 1));
        Assert.Equal(System.Runtime.Intrinsics.X86.Sse.IsSupported, StreamingStores.Pay<float>(3 << 18));
    }
}
