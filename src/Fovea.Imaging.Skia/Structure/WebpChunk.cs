using System.Buffers.Binary;
using System.Text;

namespace Fovea.Imaging.Codecs.Webp.Structure;

/// <summary>A chunk of a RIFF file: its name, its length, and a byte of padding where that is odd.</summary>
internal readonly ref struct WebpChunk
{
    private const int HeadLength = 8;

    private WebpChunk(ReadOnlySpan<byte> name, ReadOnlySpan<byte> body)
    {
        Name = name;
        Body = body;
    }

    public ReadOnlySpan<byte> Name { get; }

    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Bytes from the chunk's start to the next one's.</summary>
    public int Span => HeadLength + Body.Length + (Body.Length & 1);

    /// <summary>The name as text.</summary>
    public string Text => Encoding.Latin1.GetString(Name);

    public bool Is(ReadOnlySpan<byte> name) => Name.SequenceEqual(name);

    /// <summary>Reads the chunk at the start of what is left.</summary>
    /// <exception cref="ImageException">It does not end in time.</exception>
    public static WebpChunk Read(ReadOnlySpan<byte> rest)
    {
        uint length = rest.Length < HeadLength ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
        return rest.Length >= HeadLength && length <= (uint)(rest.Length - HeadLength)
            ? new WebpChunk(rest[..4], rest.Slice(HeadLength, (int)length))
            : throw WebpError.Truncated($"a part of {length} bytes is cut short: {rest.Length} are left.");
    }

    /// <summary>What follows the chunk; nothing where its padding was left out.</summary>
    public ReadOnlySpan<byte> After(ReadOnlySpan<byte> rest) => rest[Math.Min(Span, rest.Length)..];
}
