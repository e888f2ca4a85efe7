using Fovea.Imaging.Codecs.Bmp;
using Fovea.Imaging.Codecs.Jpeg;
using Fovea.Imaging.Codecs.Netpbm;
using Fovea.Imaging.Codecs.Png;

namespace Fovea.Imaging.Codecs;

/// <summary>The list of decoders, and the way into them: the first whose signature matches reads the file. <see cref="Save"/> is the way out.</summary>
public static class ImageCodecs
{
    private static volatile IImageDecoder[] s_decoders = [new JpegDecoder(), new PngDecoder(), new BmpDecoder(), new NetpbmDecoder()];
    private static readonly Lock s_gate = new();

    /// <summary>The decoders in the order they are asked: the latest registered first.</summary>
    public static IReadOnlyList<IImageDecoder> Decoders => s_decoders;

    /// <summary>Adds a decoder in front of those already there, so that it may replace one.</summary>
    /// <param name="decoder">Asked first from now on, by every thread.</param>
    public static void Register(IImageDecoder decoder)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        lock (s_gate)
        {
            s_decoders = [decoder, .. s_decoders];
        }
    }

    /// <summary>Decodes a file held in memory by the first decoder that knows its signature.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="limits">The limits; null for <see cref="ImageLimits.Default"/>.</param>
    /// <exception cref="ImageException">No decoder knows the bytes, or the one that does refuses them.</exception>
    public static Image Decode(ReadOnlySpan<byte> data, ImageLimits? limits = null) =>
        Find(data).Decode(data, limits ?? ImageLimits.Default);

    /// <summary>Decodes what a segmentation mask stores: palette indices or unscaled grey samples.</summary>
    /// <remarks>A format without palettes is decoded as always and accepted when it is grey.</remarks>
    /// <param name="data">The whole file.</param>
    /// <param name="limits">The limits; null for <see cref="ImageLimits.Default"/>.</param>
    /// <returns>A <see cref="PixelFormat.Grey"/> picture whose samples are the indices.</returns>
    /// <exception cref="ImageException">The bytes are not a readable picture, or it is one of colours.</exception>
    public static Image DecodeIndices(ReadOnlySpan<byte> data, ImageLimits? limits = null)
    {
        IImageDecoder decoder = Find(data);
        if (decoder is IIndexDecoder indexed)
        {
            return indexed.DecodeIndices(data, limits ?? ImageLimits.Default);
        }

        Image image = decoder.Decode(data, limits ?? ImageLimits.Default);
        return image.Format == PixelFormat.Grey
            ? image
            : throw new ImageException(ImageError.Unsupported, $"{decoder.Name}: expected a mask of one channel, got {image.Format}; save it as grey or with a palette.");
    }

    /// <summary>Reads and decodes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">The limits; null for <see cref="ImageLimits.Default"/>.</param>
    /// <exception cref="ImageException">The file is not a readable picture.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Image Load(string path, ImageLimits? limits = null) => Named(path, data => Decode(data, limits));

    /// <summary>Reads a file and decodes it as <see cref="DecodeIndices"/> does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">The limits; null for <see cref="ImageLimits.Default"/>.</param>
    /// <exception cref="ImageException">The file is not a readable mask.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Image LoadIndices(string path, ImageLimits? limits = null) => Named(path, data => DecodeIndices(data, limits));

    /// <summary>Encodes a picture into a file of the format that the path's extension names, replacing one that is there.</summary>
    /// <remarks><c>.png</c> takes every picture, <c>.bmp</c> too (grey with alpha as colour), <c>.ppm</c> Grey and Rgb, <c>.pgm</c> Grey.</remarks>
    /// <param name="path">Where to write.</param>
    /// <param name="image">The picture.</param>
    /// <exception cref="ImageException">No encoder for that extension, or the format cannot hold such a picture (<see cref="ImageError.Unsupported"/>).</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Image image)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(image);
        string extension = Path.GetExtension(path).ToLowerInvariant();
        byte[] file = extension switch
        {
            ".png" => PngEncoder.Encode(image),
            ".bmp" => BmpEncoder.Encode(image),
            ".pgm" when image.Format != PixelFormat.Grey => throw new ImageException(ImageError.Unsupported,
                $"{path}: pgm expects a Grey picture, got {image.Format}; convert it, or save it as .ppm or .png."),
            ".ppm" or ".pgm" => NetpbmEncoder.Encode(image),
            _ => throw new ImageException(ImageError.Unsupported,
                $"{path}: pictures are written as .png, .bmp, .ppm or .pgm, got {(extension.Length == 0 ? "no extension" : extension)}."),
        };
        File.WriteAllBytes(path, file);
    }

    private static Image Named(string path, Func<byte[], Image> decode)
    {
        byte[] data = File.ReadAllBytes(path);
        try
        {
            return decode(data);
        }
        catch (ImageException e)
        {
            throw new ImageException(e.Error, $"{path}: {e.Message}", e);
        }
    }

    private static IImageDecoder Find(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> header = data[..Math.Min(data.Length, 32)];
        foreach (IImageDecoder decoder in s_decoders)
        {
            if (decoder.Matches(header))
            {
                return decoder;
            }
        }

        throw new ImageException(ImageError.UnknownFormat,
            $"image: expected one of {string.Join(", ", s_decoders.Select(d => d.Name))}, got {data.Length} bytes that start with {Convert.ToHexString(header[..Math.Min(8, header.Length)])}.");
    }
}
