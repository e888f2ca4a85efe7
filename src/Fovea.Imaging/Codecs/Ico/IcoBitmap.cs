using System.Buffers.Binary;
using Fovea.Imaging.Codecs.Bmp;
using Fovea.Imaging.Transforms;

namespace Fovea.Imaging.Codecs.Ico;

/// <summary>
/// A bitmap in an icon: a BMP without its first 14 bytes, whose height counts the rows of a mask that follows the pixels, one bit for each, rows padded
/// to 32 bits, 1 for transparent.
/// </summary>
internal static class IcoBitmap
{
    private const int FileHeader = 14, OldHeader = 12;

    public static PictureHeader ReadHeader(ReadOnlySpan<byte> bitmap, ImageLimits limits)
    {
        BmpHeader header = BmpHeader.Parse(AsBmp(bitmap), limits);
        return new PictureHeader(header.Width, header.Height, byte.MaxValue);
    }

    public static Image Decode(ReadOnlySpan<byte> bitmap, ImageLimits limits)
    {
        byte[] file = AsBmp(bitmap);
        BmpHeader header = BmpHeader.Parse(file, limits);
        if (header.Run)
        {
            throw new ImageException(ImageError.Unsupported, "ico: run-length packed bitmaps are not read in icons; save the icon with PNG or unpacked pictures.");
        }

        // The bitmap as BMP, its pixels, and those with alpha.
        limits.Check("ico", header.Width, header.Height, file.Length + ((long)header.Width * header.Height * 2 * (int)PixelFormat.Rgba));
        Image image = new BmpDecoder().Decode(file, limits);
        if (image.Format == PixelFormat.Rgba)
        {
            return image;
        }

        image = image.ConvertTo(PixelFormat.Rgba);
        for (int y = 0; y < header.Height; y++)
        {
            Span<byte> row = image.Row(y);
            if (header.Bits == 32)
            {
                TakeAlpha(file.AsSpan((int)header.RowAt(y)), row);
            }
            else
            {
                TakeMask(MaskRow(header, file, y), row);
            }
        }

        return image;
    }

    // The fourth byte of each pixel, which a bitmap by itself has no use for.
    private static void TakeAlpha(ReadOnlySpan<byte> stored, Span<byte> row)
    {
        for (int i = 3; i < row.Length; i += 4)
        {
            row[i] = stored[i];
        }
    }

    private static void TakeMask(ReadOnlySpan<byte> mask, Span<byte> row)
    {
        for (int x = 0; 4 * x < row.Length; x++)
        {
            row[(4 * x) + 3] = (mask[x >> 3] & (0x80 >> (x & 7))) != 0 ? (byte)0 : (byte)255;
        }
    }

    private static ReadOnlySpan<byte> MaskRow(BmpHeader header, ReadOnlySpan<byte> file, int y)
    {
        int stride = (header.Width + 31) / 32 * 4;
        long at = header.DataOffset + (header.Stride * header.Height) + ((long)(header.TopDown ? y : header.Height - 1 - y) * stride);
        return at + stride <= file.Length
            ? file.Slice((int)at, stride)
            : throw new ImageException(ImageError.Truncated, $"ico: the mask of {header.Width}x{header.Height} pixels is not complete; {file.Length - FileHeader} bytes are there.");
    }

    private static byte[] AsBmp(ReadOnlySpan<byte> bitmap)
    {
        if (bitmap.Length < OldHeader)
        {
            throw new ImageException(ImageError.Truncated, $"ico: expected a bitmap or a PNG, got {bitmap.Length} bytes.");
        }

        byte[] file = new byte[FileHeader + bitmap.Length];
        "BM"u8.CopyTo(file);
        Span<byte> info = file.AsSpan(FileHeader);
        bitmap.CopyTo(info);
        if (BinaryPrimitives.ReadUInt32LittleEndian(info) == OldHeader)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(info[6..], (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(info[6..]) / 2));
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(info[8..], BinaryPrimitives.ReadInt32LittleEndian(info[8..]) / 2);
        }

        return file;
    }
}
