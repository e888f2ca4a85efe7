using System.IO.Compression;

namespace Fovea.Testing.Mutating;

/// <summary>Packs and unpacks by .NET's own streams, which the readers' own code knows nothing of.</summary>
public static class Compression
{
    // No seed unpacks to more, and a damaged one need not.
    private const int Most = 1 << 20;

    public static byte[] Zlib(byte[] bytes) => Pack(bytes, s => new ZLibStream(s, CompressionLevel.Fastest, leaveOpen: true));

    public static byte[] GZip(byte[] bytes) => Pack(bytes, s => new GZipStream(s, CompressionLevel.Fastest, leaveOpen: true));

    public static byte[]? UnZlib(byte[] bytes) => Unpack(new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress));

    public static byte[]? UnGZip(byte[] bytes) => Unpack(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress));

    public static byte[]? Inflate(byte[] bytes) => Unpack(new DeflateStream(new MemoryStream(bytes), CompressionMode.Decompress));

    private static byte[] Pack(byte[] bytes, Func<Stream, Stream> open)
    {
        using var packed = new MemoryStream();
        using (Stream stream = open(packed))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    private static byte[]? Unpack(Stream stream)
    {
        using (stream)
        {
            try
            {
                using var plain = new MemoryStream();
                byte[] piece = new byte[1 << 14];
                for (int got = stream.Read(piece); got > 0 && plain.Length < Most; got = stream.Read(piece))
                {
                    plain.Write(piece, 0, got);
                }

                return plain.ToArray();
            }
            catch (InvalidDataException)
            {
                return null;
            }
        }
    }
}
