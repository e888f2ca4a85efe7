using Fovea.Imaging.Transforms;

namespace Fovea.Imaging.Codecs;

/// <summary>Files that hold several pictures: how many, and each of them. What <see cref="ImageCodecs"/> is for whole files.</summary>
public static class PictureStacks
{
    /// <summary>Whether a file may hold several pictures, by its name: a decoder of such files is registered for its format.</summary>
    /// <param name="path">A name or a path.</param>
    public static bool MayBe(string path) => PictureFormats.OfName(path) is { } format
        && ImageCodecs.Decoders.Any(d => d is IPagedDecoder && d.Name.Equals(format.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>How many pictures a file holds: 1 for those of which no decoder knows more.</summary>
    /// <param name="file">The file, which can be sought; it stays open.</param>
    /// <exception cref="ImageException">The file's list of pictures is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static int CountPages(Stream file) => Find(file)?.CountPages(file) ?? 1;

    /// <summary>Decodes a page.</summary>
    /// <param name="file">The file, which can be sought; it stays open.</param>
    /// <param name="page">The page, from 1 on.</param>
    /// <param name="options">Null for <see cref="DecodeOptions.Default"/>.</param>
    /// <exception cref="ImageException">There is no such page, or it is not readable.</exception>
    public static Image Decode(Stream file, int page, DecodeOptions? options = null)
    {
        options ??= DecodeOptions.Default;
        IPagedDecoder decoder = Require(file);
        Image image = options.Levels is { } levels && decoder.ReadPageHeader(file, page, options.Limits).IsDeep
            ? levels.Apply(decoder.DecodeStoredPage(file, page, options.Limits))
            : decoder.DecodePage(file, page, options.Limits);
        return ImageCodecs.Turned(image, Orientation(decoder, file, page, options), decoder.Name, options.Limits);
    }

    /// <summary>Decodes what a page stores.</summary>
    /// <param name="file">The file, which can be sought; it stays open.</param>
    /// <param name="page">The page, from 1 on.</param>
    /// <param name="options">Null for <see cref="DecodeOptions.Default"/>.</param>
    /// <exception cref="ImageException">There is no such page, or it is not readable.</exception>
    public static StoredImage DecodeStored(Stream file, int page, DecodeOptions? options = null)
    {
        options ??= DecodeOptions.Default;
        IPagedDecoder decoder = Require(file);
        StoredImage image = decoder.DecodeStoredPage(file, page, options.Limits);
        return ImageCodecs.Turned(image, Orientation(decoder, file, page, options), decoder.Name, options.Limits);
    }

    /// <summary>The size that <see cref="Decode"/> gives a page, without decoding pixels.</summary>
    /// <param name="file">The file, which can be sought; it stays open.</param>
    /// <param name="page">The page, from 1 on.</param>
    /// <param name="options">Null for <see cref="DecodeOptions.Default"/>.</param>
    /// <exception cref="ImageException">There is no such page, or its headers are not readable.</exception>
    public static PictureHeader ReadHeader(Stream file, int page, DecodeOptions? options = null)
    {
        options ??= DecodeOptions.Default;
        IPagedDecoder decoder = Require(file);
        return decoder.ReadPageHeader(file, page, options.Limits).Turned(Orientation(decoder, file, page, options));
    }

    /// <summary>The turn that a page asks for.</summary>
    /// <param name="file">The file, which can be sought; it stays open.</param>
    /// <param name="page">The page, from 1 on.</param>
    public static ExifOrientation ReadOrientation(Stream file, int page) => Find(file)?.ReadPageOrientation(file, page) ?? ExifOrientation.TopLeft;

    private static ExifOrientation Orientation(IPagedDecoder decoder, Stream file, int page, DecodeOptions options) =>
        options.Orientation == OrientationHandling.Apply ? decoder.ReadPageOrientation(file, page) : ExifOrientation.TopLeft;

    private static IPagedDecoder Require(Stream file) => Find(file)
        ?? throw new ImageException(ImageError.Unsupported, "expected a file of several pictures, got one of a format that has none or that no decoder reads; leave out the page.");

    private static IPagedDecoder? Find(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        byte[] head = new byte[PictureFormats.HeadLength];
        file.Position = 0;
        int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return ImageCodecs.Decoders.FirstOrDefault(d => d.Matches(head.AsSpan(0, length))) as IPagedDecoder;
    }
}
