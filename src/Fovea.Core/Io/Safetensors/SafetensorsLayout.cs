using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fovea.Io;

/// <summary>What a safetensors file is going to look like: the header, and the tensors in the order of their data.</summary>
internal sealed class SafetensorsLayout
{
    private const int HeaderAlignment = 8;
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly byte[] _header;
    private readonly Tensor[] _tensors;

    private SafetensorsLayout(byte[] header, Tensor[] tensors)
    {
        _header = header;
        _tensors = tensors;
        TotalBytes = header.Length + tensors.Sum(t => t.Spec.Bytes);
    }

    public long TotalBytes { get; }

    /// <summary>Lays the tensors out: wide elements first, so that each is aligned to its own size, then by name.</summary>
    public static SafetensorsLayout Of(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        KeyValuePair<string, Tensor>[] ordered =
        [
            .. tensors.OrderByDescending(t => t.Value.DType.Size()).ThenBy(t => t.Key, StringComparer.Ordinal),
        ];
        var buffer = new ArrayBufferWriter<byte>();
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.GetSpan(sizeof(ulong)), 0);
        buffer.Advance(sizeof(ulong));
        WriteJson(buffer, ordered, metadata);
        int padding = -buffer.WrittenCount & (HeaderAlignment - 1);
        buffer.GetSpan(HeaderAlignment)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        byte[] header = buffer.WrittenSpan.ToArray();
        int length = header.Length - sizeof(ulong);
        if (length > SafetensorsHeader.MaxBytes)
        {
            throw new SafetensorsException($"the header takes {length:N0} bytes; at most {SafetensorsHeader.MaxBytes:N0} are allowed");
        }

        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)length);
        return new SafetensorsLayout(header, [.. ordered.Select(t => t.Value)]);
    }

    public void WriteTo(Stream stream)
    {
        stream.Write(_header);
        foreach (Tensor tensor in _tensors)
        {
            stream.Write(tensor.AsBytes());
        }
    }

    private static void WriteJson(
        ArrayBufferWriter<byte> buffer, KeyValuePair<string, Tensor>[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        if (metadata is { Count: > 0 })
        {
            json.WriteStartObject(SafetensorsHeader.MetadataKey);
            foreach ((string key, string text) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                json.WriteString(Unicode(key), Unicode(text));
            }

            json.WriteEndObject();
        }

        long at = 0;
        foreach ((string name, Tensor tensor) in tensors)
        {
            if (name == SafetensorsHeader.MetadataKey)
            {
                throw new SafetensorsException($"a tensor cannot be named {name}: the format keeps that name for texts");
            }

            json.WriteStartObject(Unicode(name));
            json.WriteString("dtype", NameOf(tensor.DType));
            WriteNumbers(json, "shape", tensor.Shape.Select(length => (long)length));
            WriteNumbers(json, "data_offsets", [at, at + tensor.Spec.Bytes]);
            json.WriteEndObject();
            at += tensor.Spec.Bytes;
        }

        json.WriteEndObject();
    }

    // The writer would replace what is not Unicode, and two names could become one.
    private static string Unicode(string text)
    {
        try
        {
            _ = s_strict.GetByteCount(text);
            return text;
        }
        catch (EncoderFallbackException error)
        {
            throw new SafetensorsException("a name or a metadata text holds half of a surrogate pair, which is not Unicode", inner: error);
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static string NameOf(DType type) => type switch
    {
        DType.Float32 => "F32",
        DType.Float64 => "F64",
        DType.Int64 => "I64",
        DType.UInt8 => "U8",
        DType.Float16 => "F16",
        DType.BFloat16 => "BF16",
        DType.Int8 => "I8",
        _ => "BOOL",
    };
}
