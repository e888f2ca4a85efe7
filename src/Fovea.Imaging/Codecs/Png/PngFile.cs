using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace Fovea.Imaging.Codecs.Png;

/// <summary>
/// The chunks of a PNG file that its pixels depend on: IHDR, PLTE, tRNS and the joined bodies of IDAT.
/// All else (gamma, text, time, animation) is skipped unread.
/// </summary>
internal sealed class PngFile : IDisposable
{
    private const uint Ihdr = 0x49484452, Plte = 0x504C5445, Trns = 0x74524E53, Idat = 0x49444154, Iend = 0x49454E44;

    private byte[] _compressed;

    private PngFile(byte[] compressed) => _compressed = compressed;

    /// <summary>The eight bytes that every PNG begins with.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public PngHeader Header { get; private set; }

    /// <summary>The palette as R, G, B triples; empty without PLTE.</summary>
    public byte[] Palette { get; private set; } = [];

    /// <summary>The body of tRNS; empty without one.</summary>
    public byte[] Transparency { get; private set; } = [];

    public int CompressedLength { get; private set; }

    /// <summary>The zlib stream, over a pooled array that lives until this object is disposed.</summary>
    public MemoryStream OpenCompressed() => new(_compressed, 0, CompressedLength, writable: false);

    public void Dispose()
    {
        if (_compressed.Length != 0)
        {
            ArrayPool<byte>.Shared.Return(_compressed);
            _compressed = [];
        }
    }

    /// <summary>Walks the chunks up to IEND. A file that ends inside IDAT or before IEND keeps what it had: the rows may be complete.</summary>
    public static PngFile Read(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        if (!data.StartsWith(Signature))
        {
            throw new ImageException(ImageError.Malformed, "png: the file does not begin with PNG's signature.");
        }

        var file = new PngFile(ArrayPool<byte>.Shared.Rent(data.Length));
        try
        {
            file.Walk(data[Signature.Length..], limits);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the first chunk alone.</summary>
    public static PngHeader ReadHeader(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        const int length = 13, chunk = length + 12;
        if (!data.StartsWith(Signature) || data.Length < Signature.Length + chunk)
        {
            throw new ImageException(ImageError.Truncated, $"png: the file of {data.Length} bytes does not begin with PNG's signature and an IHDR chunk.");
        }

        ReadOnlySpan<byte> first = data.Slice(Signature.Length, chunk);
        return BinaryPrimitives.ReadUInt32BigEndian(first) == length && BinaryPrimitives.ReadUInt32BigEndian(first[4..]) == Ihdr && ChecksumHolds(first, length)
            ? PngHeader.Parse(first.Slice(8, length), limits)
            : throw new ImageException(ImageError.Malformed, "png: expected an IHDR chunk of 13 bytes first, with a checksum that fits.");
    }

    /// <summary>Refuses a picture of indices that has no colours for them.</summary>
    public void RequirePalette()
    {
        if (Palette.Length == 0)
        {
            throw new ImageException(ImageError.Malformed, "png: a palette picture without a PLTE chunk.");
        }
    }

    private void Walk(ReadOnlySpan<byte> rest, ImageLimits limits)
    {
        bool first = true, dataEnded = false;
        while (rest.Length >= 8)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            uint type = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            if (first != (type == Ihdr))
            {
                throw new ImageException(ImageError.Malformed,
                    $"png: expected one IHDR chunk, before all others; got {Name(type)} {(first ? "first" : "again")}.");
            }

            first = false;
            if (length > (uint)rest.Length - 8 || length + 4 > (uint)rest.Length - 8)
            {
                TakeCutChunk(type, length, rest[8..]);
                return;
            }

            ReadOnlySpan<byte> body = rest.Slice(8, (int)length);
            bool used = type is Ihdr or Plte or Trns or Idat or Iend;
            if (used && !ChecksumHolds(rest, (int)length))
            {
                throw new ImageException(ImageError.Malformed, $"png: the checksum of a {Name(type)} chunk does not fit: the file is damaged.");
            }

            dataEnded |= CompressedLength > 0 && type != Idat;
            rest = rest[((int)length + 12)..];
            switch (type)
            {
                case Ihdr:
                    Header = PngHeader.Parse(body, limits);
                    break;
                case Plte:
                    TakePalette(body);
                    break;
                case Trns when Transparency.Length == 0:
                    Transparency = body[..Math.Min(body.Length, 256)].ToArray();
                    break;
                case Idat when dataEnded:
                    throw new ImageException(ImageError.Malformed, "png: the IDAT chunks do not follow one another.");
                case Idat:
                    body.CopyTo(_compressed.AsSpan(CompressedLength));
                    CompressedLength += body.Length;
                    break;
                case Iend:
                    return;
                case var _ when !used && (type & 0x20000000) == 0:
                    throw new ImageException(ImageError.Unsupported,
                        $"png: a {Name(type)} chunk is marked as needed to read the picture and is not of the standard; save the picture as plain PNG.");
            }
        }

        if (first)
        {
            throw new ImageException(ImageError.Truncated, "png: the file ends before its IHDR chunk.");
        }
    }

    /// <summary>The last chunk runs past the end of the file: pixels may be used as far as they go, anything else is lost.</summary>
    private void TakeCutChunk(uint type, uint length, ReadOnlySpan<byte> body)
    {
        if (type is Ihdr or Plte or Trns)
        {
            throw new ImageException(ImageError.Truncated,
                $"png: expected {length} bytes and a checksum in the {Name(type)} chunk, the file ends after {body.Length}.");
        }

        if (type == Idat)
        {
            body = body[..(int)Math.Min(length, (uint)body.Length)];
            body.CopyTo(_compressed.AsSpan(CompressedLength));
            CompressedLength += body.Length;
        }
    }

    private void TakePalette(ReadOnlySpan<byte> body)
    {
        if (Palette.Length != 0 || CompressedLength != 0)
        {
            throw new ImageException(ImageError.Malformed, "png: expected one PLTE chunk, before IDAT.");
        }

        if (body.Length is 0 or > 768 || body.Length % 3 != 0)
        {
            throw new ImageException(ImageError.Malformed, $"png: expected a palette of 1 to 256 colours of 3 bytes, got {body.Length} bytes.");
        }

        Palette = body.ToArray();
    }

    /// <summary>Whether the checksum behind a chunk's body is the right one; the whole chunk must be there.</summary>
    public static bool ChecksumHolds(ReadOnlySpan<byte> chunk, int length) =>
        Crc32.HashToUInt32(chunk.Slice(4, length + 4)) == BinaryPrimitives.ReadUInt32BigEndian(chunk[(length + 8)..]);

    /// <summary>A chunk's type as it may be printed: four letters, or its number when they are not letters.</summary>
    private static string Name(uint type)
    {
        Span<char> name = stackalloc char[4];
        for (int i = 0; i < 4; i++)
        {
            name[i] = (char)(byte)(type >> (24 - 8 * i));
            if (!char.IsAsciiLetter(name[i]))
            {
                return $"0x{type:X8}";
            }
        }

        return name.ToString();
    }
}
