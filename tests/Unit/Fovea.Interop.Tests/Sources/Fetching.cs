using System.Security.Cryptography;
using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Interop.Tests.Sources;

/// <summary>A cache of its own, and what a test of fetching needs around it.</summary>
internal sealed class Fetching : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The folder of the cache.</summary>
    public string Cache => _folder.File("cache");

    /// <summary>The waits that were asked for, none of which takes time.</summary>
    public List<TimeSpan> Waits { get; } = [];

    /// <summary>Some bytes that are not worth compressing.</summary>
    public static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public SourceOptions Options(Uri? endpoint = null, string? token = null, bool offline = false, bool verifies = false, long most = 1_000_000, double silence = 20,
        Func<HttpMessageHandler>? connect = null) => new()
        {
            Cache = Cache,
            Endpoint = endpoint ?? new Uri("https://huggingface.co"),
            Token = token,
            IsOffline = offline,
            Verifies = verifies,
            MostBytes = most,
            Silence = TimeSpan.FromSeconds(silence),
            Connect = connect,
            Wait = (time, _) =>
            {
                Waits.Add(time);
                return Task.CompletedTask;
            },
        };

    public LocalWeights Fetch(string source, SourceOptions options) => WeightsSources.Fetch(source, options);

    /// <summary>Fetches what cannot be had.</summary>
    /// <returns>What the user reads.</returns>
    public string Refuses(string source, SourceOptions options, SourceError error)
    {
        SourceException refused = Assert.Throws<SourceException>(() => Fetch(source, options));
        Assert.Equal(error, refused.Error);
        Assert.StartsWith($"{source}: ", refused.Message, StringComparison.Ordinal);
        AssertNothingHalf();
        return refused.Message[(source.Length + 2)..];
    }

    /// <summary>Whatever lies under a checksum is what the checksum says.</summary>
    /// <param name="contents">What may lie there, and nothing else; null for anything whole.</param>
    public void AssertNothingHalf(params byte[][] contents)
    {
        string root = Path.Combine(Cache, "sha256");
        string[] files = Directory.Exists(root) ? Directory.GetFiles(root, "*", SearchOption.AllDirectories) : [];
        Assert.All(files, f => Assert.True(SourceCache.IsIntact(f), $"{f} is not what it is called"));
        if (contents.Length > 0)
        {
            Assert.Equal(contents.Select(Sha256).Order(), files.Select(f => Sha256(File.ReadAllBytes(f))).Order());
        }
    }

    /// <summary>The beginnings that are kept.</summary>
    public string[] Parts() => Directory.Exists(Path.Combine(Cache, "parts")) ? Directory.GetFiles(Path.Combine(Cache, "parts"), "*.part") : [];

    public void Dispose() => _folder.Dispose();
}
