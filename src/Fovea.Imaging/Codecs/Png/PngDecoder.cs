namespace Fovea.Imaging.Codecs.Png;

/// <summary>
/// Reads PNG: every colour type and bit depth, interlaced or not, with palette and transparency.
/// <para>
/// What comes out is 8 bits a sample. Grey of 1, 2 and 4 bits is scaled to 0–255; of 16 bits the high byte is kept
/// (libpng's <c>png_set_strip_16</c>, and Pillow for colour). A palette becomes Rgb, or Rgba when it has transparency; indices beyond the
/// palette are black. A transparent colour (tRNS) becomes an alpha channel of 0 and 255, compared before 16 bits are cut to 8.
/// </para>
/// <para>
/// Checked: the CRC of every chunk that is used, the order of chunks, and zlib's checksum. Skipped: ancillary chunks, so neither gamma nor
/// colour profiles change the samples; of an animated PNG the default picture is read. A file cut short is refused unless all of its
/// pixels are there.
/// </para>
/// Source: PNG specification (third edition), W3C.
/// </summary>
public sealed class PngDecoder : IImageDecoder
{
    // Deflate spends at least 2 bits on 258 bytes, so no stream grows by more than this.
    private const int MostGrowth = 1032;

    /// <inheritdoc/>
    public string Name => "png";

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> header) => PictureFormats.Png.Matches(header);

    /// <inheritdoc/>
    public Image Decode(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        using PngFile file = PngFile.Read(data, limits);
        var pixels = new PngPixels(file);
        Check(file, limits, (int)pixels.Format);
        var image = new Image(file.Header.Width, file.Header.Height, pixels.Format);
        using var rows = new PngRows(file);
        if (pixels.Direct && !file.Header.Interlaced)
        {
            DecodeDirect(rows, file.Header, image);
        }
        else
        {
            DecodePasses(rows, file.Header, pixels, image.Pixels, image.Channels);
        }

        rows.Finish();
        return image;
    }

    /// <inheritdoc/>
    public StoredImage DecodeStored(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        using PngFile file = PngFile.Read(data, limits);
        PngHeader header = file.Header;
        if (header.Color == PngColor.Palette)
        {
            file.RequirePalette();
        }

        Check(file, limits, sizeof(ushort) * header.Channels);
        ushort[] samples = new ushort[header.Width * header.Height * header.Channels];
        using var rows = new PngRows(file);
        DecodePasses(rows, header, new PngSamples(header), samples, header.Channels);
        rows.Finish();
        return new StoredImage(header.Width, header.Height, (PixelFormat)header.Channels, (1 << header.BitDepth) - 1, samples,
            header.Color == PngColor.Palette ? file.Palette : null);
    }

    /// <inheritdoc/>
    public PictureHeader? ReadHeader(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        PngHeader header = PngFile.ReadHeader(data, limits);
        return new PictureHeader(header.Width, header.Height, (1 << header.BitDepth) - 1);
    }

    /// <inheritdoc/>
    public ExifOrientation ReadOrientation(ReadOnlySpan<byte> data) => PngOrientation.Find(data);

    private static void Check(PngFile file, ImageLimits limits, int bytesPerPixel)
    {
        PngHeader header = file.Header;
        long picture = (long)header.Width * header.Height * bytesPerPixel;
        limits.Check("png", header.Width, header.Height, picture + 2L * header.RowBytes(header.Width) + file.CompressedLength);
        if (header.RawBytes() > (long)file.CompressedLength * MostGrowth)
        {
            throw new ImageException(ImageError.Truncated,
                $"png: {header.Width}x{header.Height} pixels cannot come from {file.CompressedLength} compressed bytes: the file is cut short or forged.");
        }
    }

    /// <summary>The stored rows are the pixels: rebuild them in place, the row above being the picture's own.</summary>
    private static void DecodeDirect(PngRows rows, PngHeader header, Image image)
    {
        int length = header.RowBytes(header.Width);
        ReadOnlySpan<byte> above = new byte[length];
        for (int y = 0; y < header.Height; y++)
        {
            ReadOnlySpan<byte> stored = rows.Next(length);
            Span<byte> row = image.Row(y);
            PngFilter.Undo(stored[0], stored[1..], above, row, header.FilterStep);
            above = row;
        }
    }

    private static void DecodePasses<T>(PngRows rows, PngHeader header, IPngRowSink<T> sink, T[] picture, int channels)
        where T : unmanaged
    {
        foreach (Adam7.Pass pass in header.Interlaced ? Adam7.Passes : Adam7.Whole)
        {
            DecodePass(rows, header, sink, picture, channels, pass);
        }
    }

    private static void DecodePass<T>(PngRows rows, PngHeader header, IPngRowSink<T> sink, T[] picture, int channels, Adam7.Pass pass)
        where T : unmanaged
    {
        int width = pass.Width(header.Width), height = pass.Height(header.Height);
        if (width == 0)
        {
            return;
        }

        int length = header.RowBytes(width);
        byte[] current = new byte[length], above = new byte[length];
        T[] expanded = pass.StepX == 1 ? [] : new T[width * channels];
        for (int j = 0; j < height; j++)
        {
            ReadOnlySpan<byte> stored = rows.Next(length);
            PngFilter.Undo(stored[0], stored[1..], above, current, header.FilterStep);
            Span<T> row = picture.AsSpan((pass.Y + j * pass.StepY) * header.Width * channels, header.Width * channels);
            if (pass.StepX == 1)
            {
                sink.Expand(current, row);
            }
            else
            {
                sink.Expand(current, expanded);
                for (int i = 0, from = 0; i < width; i++, from += channels)
                {
                    expanded.AsSpan(from, channels).CopyTo(row[((pass.X + i * pass.StepX) * channels)..]);
                }
            }

            (current, above) = (above, current);
        }
    }
}
