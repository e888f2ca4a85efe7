namespace Fovea.Imaging.Codecs;

/// <summary>
/// Reads a format whose files may hold several pictures, one of them at a time, from a stream: a page of a long stack is read without the others.
/// As a plain decoder it reads the first page.
/// </summary>
/// <remarks>Streams can be read and sought, begin anywhere, and stay open. Pages count from 1.</remarks>
public interface IPagedDecoder : IImageDecoder
{
    /// <summary>How many pictures there are, at least 1.</summary>
    /// <exception cref="ImageException">The file's list of pictures is damaged.</exception>
    int CountPages(Stream file);

    /// <summary>The headers of a page.</summary>
    /// <exception cref="ImageException">As <see cref="DecodePage"/>.</exception>
    PictureHeader ReadPageHeader(Stream file, int page, ImageLimits limits);

    /// <summary>Decodes a page.</summary>
    /// <exception cref="ImageException">There is no such page, it is not readable, or it is beyond the limits.</exception>
    Image DecodePage(Stream file, int page, ImageLimits limits);

    /// <summary>Decodes what a page stores.</summary>
    /// <exception cref="ImageException">As <see cref="DecodePage"/>.</exception>
    StoredImage DecodeStoredPage(Stream file, int page, ImageLimits limits);

    /// <summary>The turn that a page asks for; what is odd in it means upright.</summary>
    ExifOrientation ReadPageOrientation(Stream file, int page);
}
