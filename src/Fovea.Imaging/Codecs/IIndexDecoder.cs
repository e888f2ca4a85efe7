namespace Fovea.Imaging.Codecs;

/// <summary>A decoder of a format with palettes, which can also give the stored indices: segmentation masks are such pictures.</summary>
public interface IIndexDecoder : IImageDecoder
{
    /// <summary>Decodes the stored indices (or unscaled grey samples) instead of colours.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="limits">How much may be spent.</param>
    /// <returns>A <see cref="PixelFormat.Grey"/> picture whose samples are the indices.</returns>
    /// <exception cref="ImageException">As <see cref="IImageDecoder.Decode"/>; <see cref="ImageError.Unsupported"/> if the picture has no indices.</exception>
    Image DecodeIndices(ReadOnlySpan<byte> data, ImageLimits limits);
}
