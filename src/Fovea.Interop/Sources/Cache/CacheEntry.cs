using System.Globalization;
using System.Text.Json;

namespace Fovea.Io;

/// <summary>What the cache knows of one source: which content it had, and by what the server can tell whether it has it still.</summary>
internal sealed record CacheEntry
{
    private const int LongestText = 4096;

    /// <summary>What was asked for, without what may be secret in it; for people who look into the folder.</summary>
    public required string Source { get; init; }

    /// <summary>The SHA-256 of the content.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>When the content was last written, in ticks: one that was touched since then is compared with its checksum.</summary>
    public required long Written { get; init; }

    /// <summary>The server's name of this state of the file, as it was sent; null where it has none.</summary>
    public string? Tag { get; init; }

    /// <summary>When the server changed the file last, as it was sent.</summary>
    public string? Modified { get; init; }

    /// <summary>The commit of a repository.</summary>
    public string? Commit { get; init; }

    /// <summary>The entry as JSON.</summary>
    public byte[] ToBytes()
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("source", Source);
            json.WriteString("sha256", Sha256);
            json.WriteNumber("length", Length);
            json.WriteString("written", Written.ToString(CultureInfo.InvariantCulture));
            foreach ((string name, string? text) in new[] { ("etag", Tag), ("lastModified", Modified), ("commit", Commit) })
            {
                if (text is not null)
                {
                    json.WriteString(name, text);
                }
            }

            json.WriteEndObject();
        }

        return memory.ToArray();
    }

    /// <summary>Reads an entry; null if the bytes are none, which is as good as there being no entry.</summary>
    public static CacheEntry? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            string? Text(string name) => json.RootElement.TryGetProperty(name, out JsonElement value) && value.GetString() is { Length: <= LongestText } text ? text : null;
            return Checksums.Read(Text("sha256")) is { } sha && json.RootElement.GetProperty("length").GetInt64() is >= 0 and var length
                && long.TryParse(Text("written"), NumberStyles.None, CultureInfo.InvariantCulture, out long written)
                ? new CacheEntry { Source = Text("source") ?? string.Empty, Sha256 = sha, Length = length, Written = written, Tag = Text("etag"), Modified = Text("lastModified"), Commit = Text("commit") }
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return null;
        }
    }
}
