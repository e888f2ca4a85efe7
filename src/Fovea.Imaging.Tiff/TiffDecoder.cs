namespace Fovea.Imaging.Codecs.Tiff;

/// <summary>
/// Reads TIFF of both byte orders and BigTIFF that begins with II: grey, RGB and palette pictures with or without alpha, 1, 2, 4, 8 or 16 bits a sample, in strips or tiles,
/// channels together or apart, uncompressed or packed with LZW, Deflate or PackBits, with or without the horizontal predictor. A file's pages are pictures
/// of their own; smaller copies and masks that a file keeps beside a page are none, and a file of nothing else is refused.
/// <para>
/// What comes out is 8 bits a sample, as of PNG: of 16 bits the upper 8 are kept unless <see cref="DecodeOptions.Levels"/> say otherwise; stored samples
/// have all 16. Where white is zero the samples are turned around, in stored ones too, so that the same picture gives the same values. Colours that were
/// multiplied with alpha are divided by it; a fourth channel of RGB that does not say what it is, is dropped.
/// </para>
/// <para>
/// The chain of directories and every tag that matters is read and checked here; LibTiff.NET unpacks the strips. Refused with the reason: signed numbers
/// and floating point, other depths, more channels, YCbCr, CMYK and Lab, JPEG, fax and other compressions.
/// </para>
/// Source: TIFF Revision 6.0 and its technical notes; BigTIFF's description.
/// </summary>
/// <example>
/// <code>
/// ImageCodecs.Register(new TiffDecoder());
/// Image third = ImageCodecs.Load("stack.tif#3");
/// </code>
/// </example>
public sealed class TiffDecoder : IPagedDecoder
{
    /// <inheritdoc/>
    public string Name => "tiff";

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> header) =>
        header.StartsWith("II*\0"u8) || header.StartsWith("MM\0*"u8) || header.StartsWith("II+\0"u8) || header.StartsWith("MM\0+"u8);

    /// <inheritdoc/>
    public int CountPages(Stream file) => TiffFile.Open(file).Pages().Count;

    /// <inheritdoc/>
    public PictureHeader ReadPageHeader(Stream file, int page, ImageLimits limits)
    {
        TiffLayout layout = TiffLayout.Read(TiffFile.Open(file), page, limits);
        return new PictureHeader(layout.Width, layout.Height, layout.Maximum);
    }

    /// <inheritdoc/>
    public Image DecodePage(Stream file, int page, ImageLimits limits)
    {
        TiffLayout layout = TiffLayout.Read(TiffFile.Open(file), page, limits);
        Check(layout, limits, sizeof(byte) * (int)PixelTarget.FormatOf(layout));
        var target = new PixelTarget(layout);
        Read(file, layout, target);
        return target.Result();
    }

    /// <inheritdoc/>
    public StoredImage DecodeStoredPage(Stream file, int page, ImageLimits limits)
    {
        TiffLayout layout = TiffLayout.Read(TiffFile.Open(file), page, limits);
        Check(layout, limits, sizeof(ushort) * (int)layout.Format);
        var target = new StoredTarget(layout);
        Read(file, layout, target);
        return target.Result();
    }

    /// <inheritdoc/>
    public ExifOrientation ReadPageOrientation(Stream file, int page)
    {
        try
        {
            TiffFile tiff = TiffFile.Open(file);
            return TiffLayout.OrientationOf(tiff, tiff.Page(page).Entries);
        }
        catch (ImageException)
        {
            // The decoder says what is wrong.
            return ExifOrientation.TopLeft;
        }
    }

    /// <inheritdoc/>
    public Image Decode(ReadOnlySpan<byte> data, ImageLimits limits) => DecodePage(Whole(data), 1, limits);

    /// <inheritdoc/>
    public StoredImage DecodeStored(ReadOnlySpan<byte> data, ImageLimits limits) => DecodeStoredPage(Whole(data), 1, limits);

    /// <inheritdoc/>
    public PictureHeader? ReadHeader(ReadOnlySpan<byte> data, ImageLimits limits) => ReadPageHeader(StreamOf(data), 1, limits);

    /// <inheritdoc/>
    public ExifOrientation ReadOrientation(ReadOnlySpan<byte> data) => ReadPageOrientation(StreamOf(data), 1);

    // The picture, a strip or tile unpacked, a row of it as samples, and the packed bytes of it, which the file bounds.
    private static void Check(TiffLayout layout, ImageLimits limits, int bytesPerPixel) => limits.Check("tiff", layout.Width, layout.Height,
        ((long)layout.Width * layout.Height * bytesPerPixel) + TiffChunks.Memory(layout) + (sizeof(ushort) * (long)layout.ChunkWidth * layout.SamplesInChunk)
            + layout.LongestChunk);

    private static void Read(Stream file, TiffLayout layout, ITiffTarget target)
    {
        using TiffChunks chunks = TiffChunks.Open(file, layout);
        TiffPixels.Read(chunks, layout, target);
    }

    // Where all of the file is asked for, a list of pages that is cut short is no list of one.
    private static MemoryStream Whole(ReadOnlySpan<byte> data)
    {
        MemoryStream stream = StreamOf(data);
        TiffFile.Open(stream).Pages();
        return stream;
    }

    private static MemoryStream StreamOf(ReadOnlySpan<byte> data) => new(data.ToArray(), writable: false);
}
