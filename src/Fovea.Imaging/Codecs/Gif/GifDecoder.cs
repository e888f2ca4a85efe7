namespace Fovea.Imaging.Codecs.Gif;

/// <summary>
/// Reads GIF of both versions, interlaced or not; of an animation its first frame, on the canvas, as Pillow shows it before it is asked for another.
/// <para>
/// A palette whose colours are all grey, and no palette, give <see cref="PixelFormat.Grey"/>, any other <see cref="PixelFormat.Rgb"/>; a transparent
/// index adds an alpha channel of 0 and 255, and keeps its colour. Indices beyond the palette are black. A first frame that reaches beyond the canvas
/// makes it larger. What it leaves of the canvas has the transparent index, or index 0 where there is none; the background colour is not looked at.
/// Stored samples are indices.
/// </para>
/// <para>
/// Data that end before the frame is full are refused; what follows the frame is not read. Comments and the extensions of programs are skipped.
/// </para>
/// Source: GIF89a specification, CompuServe 1990; Pillow's rules where it leaves them open.
/// </summary>
public sealed class GifDecoder : IImageDecoder
{
    // A string of the largest table is as long as the table, and a code of it takes 12 bits.
    private const long MostPixelsPerByte = 4096 * 8 / 12 + 1;

    /// <inheritdoc/>
    public string Name => "gif";

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> header) => PictureFormats.Gif.Matches(header);

    /// <inheritdoc/>
    public Image Decode(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        GifFile file = GifFile.Read(data, limits);
        PixelFormat format = (file.IsGrey, file.Transparent is not null) switch
        {
            (true, false) => PixelFormat.Grey,
            (true, true) => PixelFormat.GreyAlpha,
            (false, false) => PixelFormat.Rgb,
            (false, true) => PixelFormat.Rgba,
        };
        byte[] indices = Indices(file, data, limits, (int)format);
        return format == PixelFormat.Grey && file.Palette.Length == 0
            ? new Image(file.Width, file.Height, format, indices)
            : Paint(file, indices, format);
    }

    /// <inheritdoc/>
    public StoredImage DecodeStored(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        GifFile file = GifFile.Read(data, limits);
        byte[] indices = Indices(file, data, limits, sizeof(ushort));
        return new StoredImage(file.Width, file.Height, PixelFormat.Grey, byte.MaxValue, Array.ConvertAll(indices, i => (ushort)i), file.Palette);
    }

    /// <inheritdoc/>
    public PictureHeader? ReadHeader(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        GifFile file = GifFile.Read(data, limits);
        return new PictureHeader(file.Width, file.Height, byte.MaxValue);
    }

    private static byte[] Indices(GifFile file, ReadOnlySpan<byte> data, ImageLimits limits, int bytesPerPixel)
    {
        Region frame = file.Frame;
        long canvas = (long)file.Width * file.Height, pixels = (long)frame.Width * frame.Height;
        limits.Check("gif", file.Width, file.Height, (canvas * (1 + bytesPerPixel)) + pixels);
        if (pixels > (data.Length - file.DataOffset) * MostPixelsPerByte)
        {
            throw new ImageException(ImageError.Truncated,
                $"gif: {frame.Width}x{frame.Height} pixels cannot come from {data.Length - file.DataOffset} bytes: the file is cut short or forged.");
        }

        byte[] indices = new byte[pixels];
        GifCodes.Expand(data[file.DataOffset..], file.Bits, indices);
        return pixels == canvas && !file.Interlaced ? indices : Place(file, indices);
    }

    private static byte[] Place(GifFile file, byte[] indices)
    {
        byte[] canvas = new byte[file.Width * file.Height];
        canvas.AsSpan().Fill((byte)(file.Transparent ?? 0));
        Region frame = file.Frame;
        int from = 0;
        foreach ((int first, int step) in file.Interlaced ? GifFile.Passes : GifFile.Whole)
        {
            for (int y = first; y < frame.Height; y += step, from += frame.Width)
            {
                indices.AsSpan(from, frame.Width).CopyTo(canvas.AsSpan(((frame.Y + y) * file.Width) + frame.X));
            }
        }

        return canvas;
    }

    private static Image Paint(GifFile file, byte[] indices, PixelFormat format)
    {
        int channels = (int)format, colors = channels < 3 ? 1 : 3;
        byte[] table = new byte[256 * channels];
        for (int i = 0; i < 256; i++)
        {
            Span<byte> entry = table.AsSpan(i * channels, channels);
            if (file.Palette.Length == 0)
            {
                entry[0] = (byte)i;
            }
            else if (3 * i < file.Palette.Length)
            {
                file.Palette.AsSpan(3 * i, colors).CopyTo(entry);
            }

            if (channels > colors)
            {
                entry[colors] = (byte)(i == file.Transparent ? 0 : 255);
            }
        }

        var image = new Image(file.Width, file.Height, format);
        Span<byte> pixels = image.Pixels;
        for (int i = 0, at = 0; i < indices.Length; i++, at += channels)
        {
            table.AsSpan(indices[i] * channels, channels).CopyTo(pixels[at..]);
        }

        return image;
    }
}
