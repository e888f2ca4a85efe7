using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs.Bmp;

/// <summary>
/// Writes BMP without compression, rows from the bottom: grey as 8 bits with a grey palette, colour as 24 bits, and with alpha as 32 bits
/// with colour masks (grey with alpha is written as colour).
/// </summary>
public static class BmpEncoder
{
    private const int FileHeader = 14, PlainHeader = 40, MaskedHeader = 108;

    /// <summary>Encodes a picture.</summary>
    /// <param name="image">The picture, of any format.</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="ImageException">The file would be larger than an array can be (<see cref="ImageError.TooLarge"/>).</exception>
    public static byte[] Encode(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        bool grey = image.Format == PixelFormat.Grey, alpha = image.Format is PixelFormat.GreyAlpha or PixelFormat.Rgba;
        int bytes = grey ? 1 : alpha ? 4 : 3;
        long stride = ((long)image.Width * bytes + 3) / 4 * 4;
        int info = alpha ? MaskedHeader : PlainHeader;
        int offset = FileHeader + info + (grey ? 1024 : 0);
        long length = offset + stride * image.Height;
        if (length > Array.MaxLength)
        {
            throw new ImageException(ImageError.TooLarge, $"bmp: a {image.Width}x{image.Height} picture takes {length} bytes, more than an array holds.");
        }

        byte[] file = new byte[length];
        WriteHeaders(file, image, info, offset, 8 * bytes);
        for (int i = 0; grey && i < 256; i++)
        {
            file.AsSpan(FileHeader + PlainHeader + 4 * i, 3).Fill((byte)i);
        }

        for (int y = 0; y < image.Height; y++)
        {
            Span<byte> stored = file.AsSpan((int)(offset + (image.Height - 1 - y) * stride), image.Width * bytes);
            if (grey)
            {
                image.Row(y).CopyTo(stored);
            }
            else
            {
                WriteColors(image.Row(y), image.Channels, stored, bytes);
            }
        }

        return file;
    }

    /// <summary>Encodes a picture into a file, replacing one that is there.</summary>
    /// <param name="path">Where to write.</param>
    /// <param name="image">The picture, of any format.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Image image) => File.WriteAllBytes(path, Encode(image));

    private static void WriteHeaders(Span<byte> file, Image image, int info, int offset, int bits)
    {
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file[2..], file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file[10..], offset);
        Span<byte> header = file[FileHeader..];
        BinaryPrimitives.WriteInt32LittleEndian(header, info);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], image.Width);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], image.Height);
        BinaryPrimitives.WriteInt16LittleEndian(header[12..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(header[14..], (short)bits);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], file.Length - offset);
        if (bits == 32)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)BmpCompression.BitFields);
            uint[] masks = [0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000];
            for (int i = 0; i < 4; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(header[(40 + 4 * i)..], masks[i]);
            }

            "BGRs"u8.CopyTo(header[56..]);
        }
    }

    private static void WriteColors(ReadOnlySpan<byte> row, int channels, Span<byte> stored, int bytes)
    {
        int green = channels > 2 ? 1 : 0, blue = channels > 2 ? 2 : 0;
        for (int from = 0, to = 0; from < row.Length; from += channels, to += bytes)
        {
            (stored[to], stored[to + 1], stored[to + 2]) = (row[from + blue], row[from + green], row[from]);
            if (bytes == 4)
            {
                stored[to + 3] = row[from + channels - 1];
            }
        }
    }
}
