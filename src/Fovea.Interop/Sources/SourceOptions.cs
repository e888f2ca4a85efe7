namespace Fovea.Io;

/// <summary>
/// How weights are fetched. <see cref="FromEnvironment"/>, which everything uses that is not told otherwise, takes what variables say; a new
/// object has what holds without them.
/// </summary>
public sealed record SourceOptions
{
    private const long UsualLimit = 16_000_000_000;
    private const long UsualShards = 64_000_000_000;

    /// <summary>The folder of what was fetched. FOVEA_CACHE; else <c>fovea</c> in XDG_CACHE_HOME, in <c>~/.cache</c>, on Windows in the local application data.</summary>
    public string Cache { get; init; } = UsualCache(_ => null);

    /// <summary>The server behind <c>hf:</c>, https or of this machine. HF_ENDPOINT; else <c>https://huggingface.co</c>.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>Who asks; sent to <see cref="Endpoint"/> alone, wherever that redirects to. HF_TOKEN; else nobody.</summary>
    public string? Token { get; init; }

    /// <summary>Whether the cache alone is used. Whether FOVEA_OFFLINE or HF_HUB_OFFLINE is 1 (or true, yes, on).</summary>
    public bool IsOffline { get; init; }

    /// <summary>Whether files in the cache are compared with their SHA-256 whenever they are used, rather than with their length. Whether FOVEA_CACHE_VERIFY is 1.</summary>
    public bool Verifies { get; init; }

    /// <summary>The most bytes of one source, all its files together. FOVEA_MAX_DOWNLOAD, such as 500MB or 4GiB; else 16 GB.</summary>
    public long MostBytes { get; init; } = UsualLimit;

    /// <summary>
    /// The most bytes of shards of data that are kept at a time, in the folder <c>shards</c> of the cache; the last that was fetched stays, however large. FOVEA_SHARD_CACHE, such as
    /// 500GB; else 64 GB.
    /// </summary>
    public long ShardBytes { get; init; } = UsualShards;

    /// <summary>How long a server may send nothing before the connection counts as broken. Default 30 seconds.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Waits before a server is asked again.</summary>
    internal Func<TimeSpan, CancellationToken, Task> Wait { get; init; } = Task.Delay;

    /// <summary>What connects; null for the network.</summary>
    internal Func<HttpMessageHandler>? Connect { get; init; }

    /// <summary>The options that the environment says.</summary>
    /// <exception cref="OptionException">A variable has a value that it cannot have.</exception>
    public static SourceOptions FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>The options without the token, which belongs into no log.</summary>
    public override string ToString() => $"{Cache}, {Endpoint}{(Token is null ? string.Empty : " with a token")}, {MostBytes:N0} bytes at most{(IsOffline ? ", offline" : string.Empty)}";

    /// <summary>The options that some variables say.</summary>
    /// <param name="get">The value of a variable; null where it is not set.</param>
    internal static SourceOptions From(Func<string, string?> get)
    {
        string? Said(string name) => get(name) is { Length: > 0 } text ? text : null;
        long Size(string name, long usual) => Said(name) is not { } text ? usual
            : ByteSizes.Read(text) ?? throw new OptionException(name, $"expected a size above 0, such as 8GB, 500MB or 4GiB, got \"{ErrorText.Of(text)}\".");
        return new()
        {
            Cache = UsualCache(Said),
            Endpoint = Said("HF_ENDPOINT") is { } endpoint ? ReadEndpoint(endpoint) : new Uri("https://huggingface.co"),
            Token = Said("HF_TOKEN") is { } token ? ReadToken(token) : null,
            IsOffline = IsOn(Said("FOVEA_OFFLINE")) || IsOn(Said("HF_HUB_OFFLINE")),
            Verifies = IsOn(Said("FOVEA_CACHE_VERIFY")),
            MostBytes = Size("FOVEA_MAX_DOWNLOAD", UsualLimit),
            ShardBytes = Size("FOVEA_SHARD_CACHE", UsualShards),
        };
    }

    private static bool IsOn(string? text) => text?.ToUpperInvariant() is "1" or "TRUE" or "YES" or "ON";

    private static Uri ReadEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address is { Host.Length: > 0, UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 } && WebPlace.IsSafe(address)
            ? address
            : throw new OptionException("HF_ENDPOINT", $"expected an address such as https://huggingface.co (http: for servers of this machine alone), got \"{ErrorText.Of(text)}\".");

    // The value itself is not shown: it may be a token with a line end behind it.
    private static string ReadToken(string text) => text.Trim() is { Length: > 0 } token && token.All(c => c is > ' ' and < '\x7F')
        ? token
        : throw new OptionException("HF_TOKEN", "expected a token of letters, digits and signs without spaces, such as hf_…, got other characters.");

    private static string UsualCache(Func<string, string?> said)
    {
        if (said("FOVEA_CACHE") is { } folder)
        {
            return Path.GetFullPath(folder);
        }

        string? home = said("XDG_CACHE_HOME") is { } caches && Path.IsPathFullyQualified(caches) ? caches
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } user ? Path.Combine(user, ".cache")
            : null;
        return Path.Combine(home is { Length: > 0 } ? home : Path.GetTempPath(), "fovea");
    }
}
