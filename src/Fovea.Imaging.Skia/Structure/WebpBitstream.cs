using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs.Webp.Structure;

/// <summary>What the first bytes of compressed pixels say.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="HasAlpha">Whether lossless pixels may have alpha; lossy ones have it in a chunk of its own.</param>
internal readonly record struct WebpBitstream(int Width, int Height, bool HasAlpha)
{
    private const int LossyHead = 10, LosslessHead = 5;

    /// <summary>Reads them.</summary>
    /// <exception cref="ImageException">They are damaged, or the picture is beyond the limits.</exception>
    public static WebpBitstream Read(WebpChunk chunk, ImageLimits limits)
    {
        WebpBitstream stream = chunk.Is("VP8L"u8) ? Lossless(chunk.Body) : Lossy(chunk.Body);
        limits.Check("webp", stream.Width, stream.Height, 0);
        return stream;
    }

    // A key frame: three bytes of tag, of which bit 0 is 0, a start code, then 14 bits of each side below 2 of scaling.
    private static WebpBitstream Lossy(ReadOnlySpan<byte> body)
    {
        if (body.Length < LossyHead)
        {
            throw WebpError.Truncated($"the lossy picture ends inside its header, after {body.Length} bytes.");
        }

        return (body[0] & 1) == 0 && body[3..].StartsWith((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A])
            ? new WebpBitstream(Side(body[6..]), Side(body[8..]), HasAlpha: false)
            : throw WebpError.Malformed("the lossy picture does not begin with a key frame.");
    }

    // A signature, 14 bits of each side less one, whether alpha is used, and three bits of version, which are 0.
    private static WebpBitstream Lossless(ReadOnlySpan<byte> body)
    {
        if (body.Length < LosslessHead)
        {
            throw WebpError.Truncated($"the lossless picture ends inside its header, after {body.Length} bytes.");
        }

        uint bits = BinaryPrimitives.ReadUInt32LittleEndian(body[1..]);
        return body[0] == 0x2F && bits >> 29 == 0
            ? new WebpBitstream((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1, ((bits >> 28) & 1) != 0)
            : throw WebpError.Malformed("the lossless picture does not begin with its signature (2F) and version 0.");
    }

    private static int Side(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes) & 0x3FFF;
}
