using Fovea.Imaging.Codecs.Bmp;
using Fovea.Imaging.Codecs.Gif;
using Fovea.Imaging.Codecs.Ico;
using Fovea.Imaging.Codecs.Jpeg;
using Fovea.Imaging.Codecs.Netpbm;
using Fovea.Imaging.Codecs.Png;
using Fovea.Imaging.Transforms;

namespace Fovea.Imaging.Codecs;

/// <summary>The list of decoders, and the way into them: the first whose signature matches reads the file. <see cref="Save"/> is the way out.</summary>
public static class ImageCodecs
{
    private static volatile IImageDecoder[] s_decoders =
    [
        new JpegDecoder(), new PngDecoder(), new BmpDecoder(), new NetpbmDecoder(), new GifDecoder(), new IcoDecoder(),
    ];

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

    /// <summary>Whether a decoder reads the format that the content shows.</summary>
    /// <param name="content">The file, or its first <see cref="PictureFormats.HeadLength"/> bytes.</param>
    public static bool CanDecode(ReadOnlySpan<byte> content) => TryFind(content) is not null;

    /// <summary>Decodes a file held in memory by the first decoder that knows its signature, whatever its name.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="options">Null for <see cref="DecodeOptions.Default"/>: a picture is turned upright as its file asks.</param>
    /// <param name="path">The file's name, which helps to say what the bytes are when no decoder knows them; null without one.</param>
    /// <exception cref="ImageException">No decoder knows the bytes, or the one that does refuses them.</exception>
    public static Image Decode(ReadOnlySpan<byte> data, DecodeOptions? options = null, string? path = null)
    {
        options ??= DecodeOptions.Default;
        IImageDecoder decoder = Find(data, path);
        Image image = options.Levels is { } levels && decoder.ReadHeader(data, options.Limits) is { IsDeep: true }
            ? levels.Apply(decoder.DecodeStored(data, options.Limits))
            : decoder.Decode(data, options.Limits);
        return Turned(image, OrientationOf(decoder, data, options), decoder.Name, options.Limits);
    }

    /// <summary>Decodes what a file stores: palette indices, or samples of up to 16 bits that are not scaled. Masks are read so.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="options">Null for <see cref="DecodeOptions.Default"/>: a picture is turned upright as its file asks.</param>
    /// <param name="path">The file's name, which helps to say what the bytes are when no decoder knows them; null without one.</param>
    /// <exception cref="ImageException">No decoder knows the bytes, or the one that does refuses them.</exception>
    public static StoredImage DecodeStored(ReadOnlySpan<byte> data, DecodeOptions? options = null, string? path = null)
    {
        options ??= DecodeOptions.Default;
        IImageDecoder decoder = Find(data, path);
        StoredImage image = decoder.DecodeStored(data, options.Limits);
        return Turned(image, OrientationOf(decoder, data, options), decoder.Name, options.Limits);
    }

    /// <summary>The size that <see cref="Decode"/> gives a picture, read from the headers; null where only decoding tells.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="options">Null for <see cref="DecodeOptions.Default"/>: the sides of a picture that lies on its side are those of the turned one.</param>
    /// <param name="path">The file's name, which helps to say what the bytes are when no decoder knows them; null without one.</param>
    /// <exception cref="ImageException">No decoder knows the bytes, or the headers are not readable.</exception>
    public static PictureHeader? ReadHeader(ReadOnlySpan<byte> data, DecodeOptions? options = null, string? path = null)
    {
        options ??= DecodeOptions.Default;
        IImageDecoder decoder = Find(data, path);
        return decoder.ReadHeader(data, options.Limits)?.Turned(OrientationOf(decoder, data, options));
    }

    /// <summary>Decodes the indices of a segmentation mask: what <see cref="DecodeStored"/> gives, where that is one channel of at most 255.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="options">Null for <see cref="DecodeOptions.Default"/>.</param>
    /// <param name="path">The file's name, which helps to say what the bytes are when no decoder knows them; null without one.</param>
    /// <returns>A <see cref="PixelFormat.Grey"/> picture whose samples are the indices.</returns>
    /// <exception cref="ImageException">The bytes are not a readable picture, or it is one of several channels or of larger values.</exception>
    public static Image DecodeIndices(ReadOnlySpan<byte> data, DecodeOptions? options = null, string? path = null) =>
        DecodeStored(data, options, path).ToIndices();

    /// <summary>The turn that a file asks for, found without decoding pixels; upright if no decoder knows the file or it does not say.</summary>
    /// <param name="data">The whole file.</param>
    public static ExifOrientation ReadOrientation(ReadOnlySpan<byte> data) => TryFind(data)?.ReadOrientation(data) ?? ExifOrientation.TopLeft;

    /// <summary>Reads and decodes a file, or a page of one: where there is no file of the name <c>stack.tif#3</c>, it is the third picture of <c>stack.tif</c>.</summary>
    /// <param name="path">The file, or the name of a page.</param>
    /// <param name="options">Null for <see cref="DecodeOptions.Default"/>: a picture is turned upright as its file asks.</param>
    /// <exception cref="ImageException">The file is not a readable picture.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Image Load(string path, DecodeOptions? options = null) => Named(path, data => Decode(data, options, path), (file, page) => PictureStacks.Decode(file, page, options));

    /// <summary>Reads a file and decodes it as <see cref="DecodeIndices"/> does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Null for <see cref="DecodeOptions.Default"/>.</param>
    /// <exception cref="ImageException">The file is not a readable mask.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Image LoadIndices(string path, DecodeOptions? options = null) =>
        Named(path, data => DecodeIndices(data, options, path), (file, page) => PictureStacks.DecodeStored(file, page, options).ToIndices());

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

    internal static Image Turned(Image image, ExifOrientation orientation, string format, ImageLimits limits)
    {
        if (orientation != ExifOrientation.TopLeft)
        {
            limits.Check(format, image.Width, image.Height, 2L * image.Pixels.Length);
        }

        return image.Orient(orientation);
    }

    internal static StoredImage Turned(StoredImage image, ExifOrientation orientation, string format, ImageLimits limits)
    {
        if (orientation != ExifOrientation.TopLeft)
        {
            limits.Check(format, image.Width, image.Height, 2L * sizeof(ushort) * image.Samples.Length);
        }

        return image.Orient(orientation);
    }

    private static ExifOrientation OrientationOf(IImageDecoder decoder, ReadOnlySpan<byte> data, DecodeOptions options) =>
        options.Orientation == OrientationHandling.Apply ? decoder.ReadOrientation(data) : ExifOrientation.TopLeft;

    private static Image Named(string path, Func<byte[], Image> decode, Func<Stream, int, Image> decodePage)
    {
        bool isPage = PageName.TryParse(path, out string file, out int page) && !File.Exists(path) && File.Exists(file);
        byte[] data = isPage ? [] : File.ReadAllBytes(path);
        try
        {
            using Stream? stream = isPage ? File.OpenRead(file) : null;
            return stream is null ? decode(data) : decodePage(stream, page);
        }
        catch (ImageException e)
        {
            throw new ImageException(e.Error, $"{path}: {e.Message}", e) { Format = e.Format };
        }
    }

    private static IImageDecoder Find(ReadOnlySpan<byte> data, string? path) => TryFind(data) ?? throw new ImageException(ImageError.UnknownFormat,
        $"the file {PictureFormats.Describe(data, path)}; Fovea reads {Readable()}; convert it first.")
    {
        Format = PictureFormats.OfContent(data) ?? (path is null ? null : PictureFormats.OfName(path)),
    };

    private static IImageDecoder? TryFind(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> header = data[..Math.Min(data.Length, PictureFormats.HeadLength)];
        foreach (IImageDecoder decoder in s_decoders)
        {
            if (decoder.Matches(header))
            {
                return decoder;
            }
        }

        return null;
    }

    // "JPEG, PNG, BMP and Netpbm", and what was registered.
    private static string Readable()
    {
        string[] names = [.. s_decoders.Select(d => PictureFormats.All.FirstOrDefault(f => f.Name.Equals(d.Name, StringComparison.OrdinalIgnoreCase))?.Name ?? d.Name).Distinct()];
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }
}
