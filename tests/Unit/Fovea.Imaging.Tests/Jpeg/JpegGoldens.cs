using System.IO.Compression;
using System.Text.Json;
using Fovea.Testing;

namespace Fovea.Imaging.Tests.Jpeg;

/// <summary>The small files that tests/golden/make_jpeg.py made, and the pixels that libjpeg-turbo decodes them to.</summary>
internal static class JpegGoldens
{
    private static readonly Lazy<Dictionary<string, Image>> s_pictures = new(Load);

    /// <summary>The names of all files that have pixels, the damaged ones included.</summary>
    public static IEnumerable<string> Names => s_pictures.Value.Keys;

    public static byte[] Bytes(string name) => File.ReadAllBytes(Repository.Golden("images", "jpeg", name + ".jpg"));

    public static Image Expected(string name) => s_pictures.Value[name];

    private static Dictionary<string, Image> Load()
    {
        using var pixels = new MemoryStream();
        using (var packed = new ZLibStream(File.OpenRead(Repository.Golden("images", "jpeg", "expected.z")), CompressionMode.Decompress))
        {
            packed.CopyTo(pixels);
        }

        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Repository.Golden("images", "jpeg", "expected.json")));
        return json.RootElement.EnumerateObject().ToDictionary(e => e.Name, e => Read(e.Value, pixels.ToArray()));
    }

    private static Image Read(JsonElement entry, byte[] pixels)
    {
        int width = entry.GetProperty("width").GetInt32();
        int height = entry.GetProperty("height").GetInt32();
        PixelFormat format = Enum.Parse<PixelFormat>(entry.GetProperty("format").GetString()!);
        return new Image(width, height, format, pixels.AsSpan(entry.GetProperty("offset").GetInt32(), width * height * (int)format).ToArray());
    }
}
