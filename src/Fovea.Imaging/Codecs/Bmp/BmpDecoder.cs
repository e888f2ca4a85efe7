using System.Buffers.Binary;
using System.Numerics;

namespace Fovea.Imaging.Codecs.Bmp;

/// <summary>
/// Reads Windows and OS/2 bitmaps: 1, 2, 4, 8, 16, 24 and 32 bits a pixel, run-length packed (RLE4, RLE8) or not, bit fields, either row order.
/// <para>
/// A palette whose colours are all grey gives <see cref="PixelFormat.Grey"/>, any other <see cref="PixelFormat.Rgb"/>; indices beyond it are
/// black. Alpha comes out only where the header has a mask for it. Fields of n bits are scaled by 255 / (2^n − 1) and cut, as Pillow does.
/// Embedded JPEG or PNG is not supported.
/// </para>
/// </summary>
public sealed class BmpDecoder : IImageDecoder
{
    // A jump is what gets farthest in a run-length packed picture: 255 pixels by 255 in four bytes.
    private const long MostPixelsPerByte = 255 * 255 / 4;

    /// <inheritdoc/>
    public string Name => "bmp";

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> header) => PictureFormats.Bmp.Matches(header);

    /// <inheritdoc/>
    public Image Decode(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        BmpHeader header = BmpHeader.Parse(data, limits);
        if (header.Bits <= 8)
        {
            bool grey = IsGrey(header.Palette);
            return Paint(header, ReadIndices(header, data, limits, grey ? 1 : 3), grey);
        }

        return DecodeColors(header, data, limits);
    }

    /// <inheritdoc/>
    /// <remarks>Up to 8 bits a pixel are indices; more are colours of 8 bits, as <see cref="Decode"/> gives them.</remarks>
    public StoredImage DecodeStored(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        BmpHeader header = BmpHeader.Parse(data, limits);
        if (header.Bits > 8)
        {
            return StoredImage.Of(DecodeColors(header, data, limits));
        }

        StoredImage samples = StoredImage.Of(ReadIndices(header, data, limits, sizeof(ushort)));
        return new StoredImage(header.Width, header.Height, PixelFormat.Grey, (1 << header.Bits) - 1, samples.Samples, header.Palette);
    }

    /// <inheritdoc/>
    public PictureHeader? ReadHeader(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        BmpHeader header = BmpHeader.Parse(data, limits);
        return new PictureHeader(header.Width, header.Height, header.Bits > 8 ? byte.MaxValue : (1 << header.Bits) - 1);
    }

    private static Image DecodeColors(BmpHeader header, ReadOnlySpan<byte> data, ImageLimits limits)
    {
        CheckLength(header, data);
        PixelFormat format = header.Masks.Length == 4 && header.Masks[3] != 0 ? PixelFormat.Rgba : PixelFormat.Rgb;
        limits.Check("bmp", header.Width, header.Height, (long)header.Width * header.Height * (int)format);
        var image = new Image(header.Width, header.Height, format);
        byte[][] tables = header.Bits == 24 ? [] : [.. header.Masks.Select(ScaleTable)];
        for (int y = 0; y < header.Height; y++)
        {
            ReadOnlySpan<byte> stored = StoredRow(header, data, y);
            if (header.Bits == 24)
            {
                SwapRedBlue(stored, image.Row(y));
            }
            else
            {
                ReadFields(stored, image.Row(y), header, tables, image.Channels);
            }
        }

        return image;
    }

    private static Image ReadIndices(BmpHeader header, ReadOnlySpan<byte> data, ImageLimits limits, int channelsAfter)
    {
        long pixels = (long)header.Width * header.Height;
        limits.Check("bmp", header.Width, header.Height, pixels * (1 + (header.Run ? 1 : 0) + channelsAfter));
        if (!header.Run)
        {
            CheckLength(header, data);
        }
        else if (pixels > data.Length * MostPixelsPerByte)
        {
            throw new ImageException(ImageError.Truncated,
                $"bmp: {header.Width}x{header.Height} pixels cannot come from runs in {data.Length} bytes: the file is cut short or forged.");
        }

        byte[]? runs = header.Run ? BmpRuns.Expand(data[header.DataOffset..], header.Width, header.Height, header.Bits) : null;
        var indices = new Image(header.Width, header.Height, PixelFormat.Grey);
        for (int y = 0; y < header.Height; y++)
        {
            Span<byte> row = indices.Row(y);
            if (runs is not null)
            {
                runs.AsSpan((header.TopDown ? y : header.Height - 1 - y) * header.Width, header.Width).CopyTo(row);
                continue;
            }

            ReadOnlySpan<byte> stored = StoredRow(header, data, y);
            int mask = (1 << header.Bits) - 1;
            for (int x = 0; x < row.Length; x++)
            {
                int bit = x * header.Bits;
                row[x] = (byte)(stored[bit >> 3] >> (8 - header.Bits - (bit & 7)) & mask);
            }
        }

        return indices;
    }

    private static Image Paint(BmpHeader header, Image indices, bool grey)
    {
        byte[] palette = new byte[768];
        header.Palette.CopyTo(palette, 0);
        var image = new Image(indices.Width, indices.Height, grey ? PixelFormat.Grey : PixelFormat.Rgb);
        for (int i = 0; i < indices.Pixels.Length; i++)
        {
            int color = 3 * indices.Pixels[i];
            if (grey)
            {
                image.Pixels[i] = palette[color];
            }
            else
            {
                palette.AsSpan(color, 3).CopyTo(image.Pixels.AsSpan(3 * i));
            }
        }

        return image;
    }

    private static bool IsGrey(byte[] palette)
    {
        for (int i = 0; i < palette.Length; i += 3)
        {
            if (palette[i] != palette[i + 1] || palette[i] != palette[i + 2])
            {
                return false;
            }
        }

        return true;
    }

    private static void CheckLength(BmpHeader header, ReadOnlySpan<byte> data)
    {
        // Some writers leave out the padding of the last row.
        long wanted = (header.Height - 1) * header.Stride + RowBytes(header);
        if (wanted > data.Length - header.DataOffset)
        {
            throw new ImageException(ImageError.Truncated,
                $"bmp: {header.Width}x{header.Height} pixels of {header.Bits} bits take {wanted} bytes, {data.Length - header.DataOffset} are there.");
        }
    }

    private static int RowBytes(BmpHeader header) => (int)(((long)header.Width * header.Bits + 7) / 8);

    private static ReadOnlySpan<byte> StoredRow(BmpHeader header, ReadOnlySpan<byte> data, int y) =>
        data.Slice((int)header.RowAt(y), RowBytes(header));

    private static void SwapRedBlue(ReadOnlySpan<byte> stored, Span<byte> row)
    {
        for (int i = 0; i < row.Length; i += 3)
        {
            (row[i], row[i + 1], row[i + 2]) = (stored[i + 2], stored[i + 1], stored[i]);
        }
    }

    private static void ReadFields(ReadOnlySpan<byte> stored, Span<byte> row, BmpHeader header, byte[][] tables, int channels)
    {
        int bytes = header.Bits / 8;
        Span<int> shifts = stackalloc int[4];
        for (int c = 0; c < channels; c++)
        {
            shifts[c] = BitOperations.TrailingZeroCount(header.Masks[c]) & 31;
        }

        for (int x = 0, at = 0; at < row.Length; x += bytes)
        {
            uint pixel = bytes == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(stored[x..]) : BinaryPrimitives.ReadUInt32LittleEndian(stored[x..]);
            for (int c = 0; c < channels; c++)
            {
                row[at++] = tables[c][(pixel & header.Masks[c]) >> shifts[c]];
            }
        }
    }

    private static byte[] ScaleTable(uint mask)
    {
        int most = (1 << BitOperations.PopCount(mask)) - 1;
        byte[] table = new byte[most + 1];
        for (int value = 1; value <= most; value++)
        {
            table[value] = (byte)(value * 255 / most);
        }

        return table;
    }
}
