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
public sealed class PngDecoder : IIndexDecoder
{
    // Deflate spends at least 2 bits on 258 bytes, so no stream grows by more than this.
    private const int MostGrowth = 1032;

    /// <inheritdoc/>
    public string Name => "png";

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> header) => header.StartsWith(PngFile.Signature);

    /// <inheritdoc/>
    public Image Decode(ReadOnlySpan<byte> data, ImageLimits limits) => Decode(data, limits, indices: false);

    /// <summary>Decodes the numbers that are stored, not the colours they stand for: what a segmentation mask means.</summary>
    /// <remarks>Palette pictures give their indices and grey ones of up to 8 bits their samples unscaled (a 1-bit mask gives 0 and 1).</remarks>
    /// <param name="data">The whole file.</param>
    /// <param name="limits">How much may be spent.</param>
    /// <returns>A <see cref="PixelFormat.Grey"/> picture of indices.</returns>
    /// <exception cref="ImageException">As <see cref="Decode(ReadOnlySpan{byte}, ImageLimits)"/>; also <see cref="ImageError.Unsupported"/> for
    /// pictures of several channels or 16 bits.</exception>
    public Image DecodeIndices(ReadOnlySpan<byte> data, ImageLimits limits) => Decode(data, limits, indices: true);

    private static Image Decode(ReadOnlySpan<byte> data, ImageLimits limits, bool indices)
    {
        ArgumentNullException.ThrowIfNull(limits);
        using PngFile file = PngFile.Read(data, limits);
        PngHeader header = file.Header;
        if (indices && (header.BitDepth == 16 || header.Channels != 1))
        {
            throw new ImageException(ImageError.Unsupported,
                $"png: expected indices (palette or grey of at most 8 bits), got {header.Color} of {header.BitDepth} bits; decode it as colours.");
        }

        var pixels = new PngPixels(file, indices);
        long samples = (long)header.Width * header.Height * (int)pixels.Format;
        limits.Check("png", header.Width, header.Height, samples + 2L * header.RowBytes(header.Width) + file.CompressedLength);
        if (header.RawBytes() > (long)file.CompressedLength * MostGrowth)
        {
            throw new ImageException(ImageError.Truncated,
                $"png: {header.Width}x{header.Height} pixels cannot come from {file.CompressedLength} compressed bytes: the file is cut short or forged.");
        }

        var image = new Image(header.Width, header.Height, pixels.Format);
        using var rows = new PngRows(file);
        if (header.Interlaced)
        {
            foreach (Adam7.Pass pass in Adam7.Passes)
            {
                DecodePass(rows, header, pixels, image, pass);
            }
        }
        else if (pixels.Direct)
        {
            DecodeDirect(rows, header, image);
        }
        else
        {
            DecodePass(rows, header, pixels, image, new Adam7.Pass(0, 0, 1, 1));
        }

        rows.Finish();
        return image;
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

    private static void DecodePass(PngRows rows, PngHeader header, PngPixels pixels, Image image, Adam7.Pass pass)
    {
        int width = pass.Width(header.Width), height = pass.Height(header.Height), channels = image.Channels;
        if (width == 0)
        {
            return;
        }

        int length = header.RowBytes(width);
        byte[] current = new byte[length], above = new byte[length];
        byte[] expanded = new byte[width * channels];
        for (int j = 0; j < height; j++)
        {
            ReadOnlySpan<byte> stored = rows.Next(length);
            PngFilter.Undo(stored[0], stored[1..], above, current, header.FilterStep);
            Span<byte> row = image.Row(pass.Y + j * pass.StepY);
            if (pass.StepX == 1)
            {
                pixels.Expand(current, row);
            }
            else
            {
                pixels.Expand(current, expanded);
                for (int i = 0, from = 0; i < width; i++, from += channels)
                {
                    expanded.AsSpan(from, channels).CopyTo(row[((pass.X + i * pass.StepX) * channels)..]);
                }
            }

            (current, above) = (above, current);
        }
    }
}
