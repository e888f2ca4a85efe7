using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Fovea.Imaging.Codecs.Png;

namespace Fovea.Imaging.Tests;

/// <summary>Puts PNG files together by hand, so that tests can break one rule at a time.</summary>
internal static class PngParts
{
    public static byte[] Chunk(string type, params byte[] body)
    {
        byte[] chunk = new byte[body.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        for (int i = 0; i < 4; i++)
        {
            chunk[4 + i] = (byte)type[i];
        }

        body.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + body.Length), Crc32.HashToUInt32(chunk.AsSpan(4, body.Length + 4)));
        return chunk;
    }

    public static byte[] Header(uint width, uint height, byte depth, byte color, byte interlace = 0)
    {
        byte[] body = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(body, width);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(4), height);
        (body[8], body[9], body[12]) = (depth, color, interlace);
        return Chunk("IHDR", body);
    }

    public static byte[] Data(params byte[] raw) => Chunk("IDAT", Deflate(raw));

    public static byte[] Deflate(byte[] raw)
    {
        using var compressed = new MemoryStream();
        using (var deflater = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflater.Write(raw);
        }

        return compressed.ToArray();
    }

    public static byte[] File(params byte[][] chunks) => [.. PngFile.Signature, .. chunks.SelectMany(c => c), .. Chunk("IEND")];
}
