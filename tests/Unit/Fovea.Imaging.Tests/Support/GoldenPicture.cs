using System.Text.Json;
using Fovea.Testing;

namespace Fovea.Imaging.Tests;

/// <summary>One entry of an expected.json that tests/golden/make_images.py wrote.</summary>
internal sealed record GoldenPicture(string Name, Image Expected, byte[]? Indices)
{
    /// <summary>All entries of a folder under tests/golden/images.</summary>
    public static IReadOnlyDictionary<string, GoldenPicture> Load(string folder)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Repository.Golden("images", folder, "expected.json")));
        return json.RootElement.EnumerateObject().ToDictionary(e => e.Name, e => Read(e.Name, e.Value));
    }

    /// <summary>The bytes of a file of that folder.</summary>
    public static byte[] Bytes(string folder, string file) => File.ReadAllBytes(Repository.Golden("images", folder, file));

    private static GoldenPicture Read(string name, JsonElement entry)
    {
        var expected = new Image(
            entry.GetProperty("width").GetInt32(),
            entry.GetProperty("height").GetInt32(),
            Enum.Parse<PixelFormat>(entry.GetProperty("format").GetString()!),
            entry.GetProperty("pixels").GetBytesFromBase64());
        return new GoldenPicture(name, expected, entry.TryGetProperty("indices", out JsonElement indices) ? indices.GetBytesFromBase64() : null);
    }
}
