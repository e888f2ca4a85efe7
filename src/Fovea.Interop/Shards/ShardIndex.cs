using System.Text.Json;

namespace Fovea.Io;

/// <summary>
/// The index of weights that lie in several safetensors files (<c>model.safetensors.index.json</c>): <c>weight_map</c> says of each tensor in which
/// file beside the index it is, <c>metadata</c> has numbers that are not relied on.
/// </summary>
internal sealed class ShardIndex
{
    /// <summary>How names of such files end.</summary>
    public const string Extension = ".safetensors.index.json";

    private const string MapKey = "weight_map";
    private const string ShardExtension = ".safetensors";
    private const int MostFiles = 4096;
    private const int LongestName = 255;

    private ShardIndex(IReadOnlyDictionary<string, string> fileOf) =>
        (FileOf, Files) = (fileOf, [.. fileOf.Values.Distinct().Order(StringComparer.Ordinal)]);

    /// <summary>The file of each tensor.</summary>
    public IReadOnlyDictionary<string, string> FileOf { get; }

    /// <summary>The files in the order of their names.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Whether a file is called as an index is.</summary>
    public static bool IsIndex(string name) => name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an index.</summary>
    /// <exception cref="SafetensorsException">It breaks the rules of the format, or names a file elsewhere than beside it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ShardIndex Read(string path)
    {
        long length = new FileInfo(path).Length;
        if (length > SafetensorsHeader.MaxBytes)
        {
            throw new SafetensorsException($"the index has {length:N0} bytes; at most {SafetensorsHeader.MaxBytes:N0} are allowed", path);
        }

        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (SafetensorsException error)
        {
            throw new SafetensorsException(error.Problem, path, error);
        }
    }

    /// <summary>Reads an index from memory.</summary>
    /// <exception cref="SafetensorsException">It breaks the rules of the format, or names a file elsewhere than beside it.</exception>
    public static ShardIndex Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            return new ShardIndex(ReadTop(ref reader));
        }
        catch (JsonException error)
        {
            throw new SafetensorsException($"the index is not valid JSON: {error.Message}", inner: error);
        }
        catch (InvalidOperationException error)
        {
            // An escape such as \ud800 alone, which no string can hold, or bytes that are no UTF-8.
            throw new SafetensorsException($"the index holds text that is not Unicode: {error.Message}", inner: error);
        }
    }

    private static Dictionary<string, string> ReadTop(ref Utf8JsonReader reader)
    {
        Dictionary<string, string>? map = null;
        SafetensorsJson.Expect(ref reader, JsonTokenType.StartObject, "the index");
        while (SafetensorsJson.NextName(ref reader) is { } name)
        {
            if (name != MapKey)
            {
                reader.Read();
                reader.Skip();
                continue;
            }

            map = map is null ? ReadMap(ref reader) : throw new SafetensorsException($"the index has {MapKey} twice");
        }

        // Throws if anything but white space follows.
        reader.Read();
        return map is { Count: > 0 } ? map : throw new SafetensorsException($"the index has no tensors; expected {MapKey} with the file of each");
    }

    private static Dictionary<string, string> ReadMap(ref Utf8JsonReader reader)
    {
        var map = new Dictionary<string, string>();
        var files = new HashSet<string>();
        SafetensorsJson.Expect(ref reader, JsonTokenType.StartObject, MapKey);
        while (SafetensorsJson.NextName(ref reader) is { } tensor)
        {
            SafetensorsJson.Expect(ref reader, JsonTokenType.String, "the file of the tensor", tensor);
            string file = reader.GetString()!;
            if (!IsBeside(file))
            {
                throw new SafetensorsException($"the index says that the tensor '{ErrorText.Of(tensor)}' is in '{ErrorText.Of(file)}'; expected a {ShardExtension} file beside the index");
            }

            if (!map.TryAdd(tensor, file))
            {
                throw new SafetensorsException($"the index has the tensor '{ErrorText.Of(tensor)}' twice");
            }

            if (files.Add(file) && files.Count > MostFiles)
            {
                throw new SafetensorsException($"the index names more than {MostFiles:N0} files");
            }
        }

        return map;
    }

    // A bare name on every system: no way to another folder, drive or stream.
    private static bool IsBeside(string file) => file.Length is > 0 and <= LongestName && file.EndsWith(ShardExtension, StringComparison.OrdinalIgnoreCase)
        && !file.StartsWith('.') && !file.Any(c => char.IsControl(c) || c is '/' or '\\' or ':' or '<' or '>' or '|' or '?' or '*' or '"');
}
