using System.Buffers.Binary;
using System.Numerics;

namespace Fovea.Imaging.Codecs.Bmp;

/// <summary>How the pixels of a BMP are packed.</summary>
internal enum BmpCompression : uint
{
    None = 0,
    Rle8 = 1,
    Rle4 = 2,
    BitFields = 3,
    AlphaBitFields = 6,
}

/// <summary>The file and picture headers of a BMP, checked: OS/2's 12 bytes, Windows' 40, and the longer ones that contain it.</summary>
internal sealed class BmpHeader
{
    private const int FileHeader = 14;

    private BmpHeader(int width, int height)
    {
        Width = width;
        Height = height;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Whether the first row of the file is the top one; else the bottom one.</summary>
    public bool TopDown { get; private init; }

    public int Bits { get; private init; }

    public BmpCompression Compression { get; private init; }

    /// <summary>The palette as R, G, B triples, at most 256; empty above 8 bits.</summary>
    public byte[] Palette { get; private set; } = [];

    /// <summary>The bits of a 16- or 32-bit pixel that are red, green, blue and alpha.</summary>
    public uint[] Masks { get; private set; } = [];

    /// <summary>Where the pixels begin.</summary>
    public int DataOffset { get; private set; }

    public bool Run => Compression is BmpCompression.Rle8 or BmpCompression.Rle4;

    /// <summary>Bytes from a stored row to the next: whole words of 32 bits.</summary>
    public long Stride => ((long)Width * Bits + 31) / 32 * 4;

    /// <summary>Where a row of the picture, counted from its top, begins in the file.</summary>
    public long RowAt(int y) => DataOffset + ((TopDown ? y : Height - 1 - y) * Stride);

    public static BmpHeader Parse(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        if (!data.StartsWith("BM"u8))
        {
            throw new ImageException(ImageError.Malformed, "bmp: the file does not begin with BM.");
        }

        uint size = data.Length < FileHeader + 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(data[FileHeader..]);
        if (size > (uint)Math.Max(0, data.Length - FileHeader) || data.Length < FileHeader + 12)
        {
            throw new ImageException(ImageError.Truncated, $"bmp: the file ends inside its headers, after {data.Length} bytes.");
        }

        if (size != 12 && size < 40)
        {
            throw new ImageException(ImageError.Unsupported, $"bmp: expected a header of 12 bytes or at least 40, got {size}.");
        }

        ReadOnlySpan<byte> info = data.Slice(FileHeader, (int)size);
        bool old = size == 12;
        long width = old ? BinaryPrimitives.ReadUInt16LittleEndian(info[4..]) : BinaryPrimitives.ReadInt32LittleEndian(info[4..]);
        long height = old ? BinaryPrimitives.ReadUInt16LittleEndian(info[6..]) : BinaryPrimitives.ReadInt32LittleEndian(info[8..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(info[(old ? 10 : 14)..]);
        var compression = old ? BmpCompression.None : (BmpCompression)BinaryPrimitives.ReadUInt32LittleEndian(info[16..]);
        limits.Check("bmp", width, Math.Abs(height), 0);
        CheckPacking(bits, compression);
        var header = new BmpHeader((int)width, (int)Math.Abs(height)) { TopDown = height < 0, Bits = bits, Compression = compression };
        header.ReadColors(data, info, old ? 3 : 4);
        return header;
    }

    private static void CheckPacking(int bits, BmpCompression compression)
    {
        bool known = compression switch
        {
            BmpCompression.None => bits is 1 or 2 or 4 or 8 or 16 or 24 or 32,
            BmpCompression.Rle8 => bits == 8,
            BmpCompression.Rle4 => bits == 4,
            BmpCompression.BitFields or BmpCompression.AlphaBitFields => bits is 16 or 32,
            _ => false,
        };
        if (!known)
        {
            throw new ImageException(ImageError.Unsupported, $"bmp: expected a usual packing, got {bits} bits a pixel with compression {(uint)compression}.");
        }
    }

    private void ReadColors(ReadOnlySpan<byte> data, ReadOnlySpan<byte> info, int entry)
    {
        int after = FileHeader + info.Length;
        if (Bits is 16 or 32)
        {
            Masks = Bits == 16 ? [0x7C00, 0x03E0, 0x001F, 0] : [0xFF0000, 0xFF00, 0xFF, 0];
            if (Compression is BmpCompression.BitFields or BmpCompression.AlphaBitFields)
            {
                // The longer headers hold the masks; after the plain one they follow it.
                int wanted = info.Length >= 56 || Compression == BmpCompression.AlphaBitFields ? 4 : 3;
                int at = FileHeader + 40;
                after = Math.Max(after, at + 4 * wanted);
                ReadMasks(data, at, wanted);
            }
        }
        else if (Bits <= 8)
        {
            uint used = info.Length >= 36 ? BinaryPrimitives.ReadUInt32LittleEndian(info[32..]) : 0;
            int count = used is 0 or > 256 ? 1 << Bits : (int)used;
            count = Math.Min(count, (data.Length - after) / entry);
            Palette = new byte[3 * count];
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> color = data.Slice(after + i * entry, 3);
                (Palette[3 * i], Palette[3 * i + 1], Palette[3 * i + 2]) = (color[2], color[1], color[0]);
            }

            after += count * entry;
        }

        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(data[10..]);
        DataOffset = offset == 0 ? after : (int)Math.Min(offset, (uint)data.Length);
    }

    private void ReadMasks(ReadOnlySpan<byte> data, int at, int wanted)
    {
        if (data.Length < at + 4 * wanted)
        {
            throw new ImageException(ImageError.Truncated, "bmp: the file ends inside its colour masks.");
        }

        for (int i = 0; i < wanted; i++)
        {
            uint mask = Masks[i] = BinaryPrimitives.ReadUInt32LittleEndian(data[(at + 4 * i)..]);
            int length = BitOperations.PopCount(mask);
            if (length > 16 || (mask >> BitOperations.TrailingZeroCount(mask)) != (1u << length) - 1)
            {
                throw new ImageException(ImageError.Unsupported, $"bmp: expected colour masks of at most 16 neighbouring bits, got 0x{mask:X8}.");
            }
        }
    }
}
