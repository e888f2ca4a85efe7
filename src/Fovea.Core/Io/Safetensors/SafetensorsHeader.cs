using System.Text.Json;
using System.Text.Unicode;

namespace Fovea.Io;

/// <summary>The header of a safetensors file: what it holds and where, every rule of the format checked.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The most bytes that a header may have.</summary>
    public const int MaxBytes = 100_000_000;

    public const string MetadataKey = "__metadata__";

    private readonly Dictionary<string, string> _metadata = [];
    private readonly Dictionary<string, SafetensorsEntry> _entries = [];
    private bool _hasMetadata;

    private SafetensorsHeader()
    {
    }

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The tensors in the order of their data, which follow one another without a hole.</summary>
    public SafetensorsEntry[] Entries { get; private set; } = [];

    /// <summary>Reads and checks a header.</summary>
    /// <param name="json">The header without its length.</param>
    /// <param name="dataBytes">Bytes that follow the header.</param>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataBytes)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
        {
            throw new SafetensorsException("the header does not start with '{'; is it a safetensors file?");
        }

        if (!Utf8.IsValid(json))
        {
            throw new SafetensorsException("the header is not valid UTF-8");
        }

        var header = new SafetensorsHeader();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
        try
        {
            header.ReadTop(ref reader);
        }
        catch (JsonException error)
        {
            throw new SafetensorsException($"the header is not valid JSON: {error.Message}", inner: error);
        }
        catch (InvalidOperationException error)
        {
            // An escape such as \ud800 alone, which no string can hold.
            throw new SafetensorsException($"the header holds text that is not Unicode: {error.Message}", inner: error);
        }

        header.Entries = [.. header._entries.Values.OrderBy(e => e.Begin).ThenBy(e => e.End)];
        CheckLayout(header.Entries, dataBytes);
        return header;
    }

    private void ReadTop(ref Utf8JsonReader reader)
    {
        SafetensorsJson.Expect(ref reader, JsonTokenType.StartObject, "the header");
        while (SafetensorsJson.NextName(ref reader) is { } name)
        {
            if (name == MetadataKey)
            {
                ReadMetadata(ref reader);
            }
            else if (!_entries.TryAdd(name, SafetensorsJson.ReadEntry(ref reader, name)))
            {
                throw new SafetensorsException($"the tensor '{ErrorText.Of(name)}' is there twice");
            }
        }

        // Throws if anything but white space follows.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (_hasMetadata)
        {
            throw new SafetensorsException($"{MetadataKey} is there twice");
        }

        _hasMetadata = true;
        SafetensorsJson.Expect(ref reader, JsonTokenType.StartObject, MetadataKey);
        while (SafetensorsJson.NextName(ref reader) is { } key)
        {
            SafetensorsJson.Expect(ref reader, JsonTokenType.String, MetadataKey, key);
            if (!_metadata.TryAdd(key, reader.GetString()!))
            {
                throw new SafetensorsException($"{MetadataKey} has the key '{ErrorText.Of(key)}' twice");
            }
        }
    }

    private static void CheckLayout(SafetensorsEntry[] entries, long dataBytes)
    {
        long at = 0;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.Begin != at)
            {
                string what = entry.Begin > at ? "leaves a hole" : "overlaps the tensor before";
                throw new SafetensorsException($"the tensor '{ErrorText.Of(entry.Name)}' {what}: expected its data to begin at {at}, got {entry.Begin}");
            }

            at = entry.End;
        }

        if (at != dataBytes)
        {
            string remedy = at > dataBytes ? "the file was cut off; download or copy it again" : "bytes that belong to no tensor follow";
            throw new SafetensorsException($"the tensors take {at} bytes, got {dataBytes} after the header; {remedy}");
        }
    }
}

/// <summary>One tensor of a safetensors file: <paramref name="Begin"/> and <paramref name="End"/> count from the end of the header.</summary>
internal sealed record SafetensorsEntry(string Name, StoredType Type, Shape Shape, long Begin, long End);
