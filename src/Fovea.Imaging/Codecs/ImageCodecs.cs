namespace Fovea.Imaging.Codecs;

/// <summary>The list of decoders, and the way into them: the first whose signature matches reads the file.</summary>
public static class ImageCodecs
{
    private static volatile IImageDecoder[] s_decoders = [];
    private static readonly Lock s_gate = new();

    /// <summary>The decoders in the order they are asked: the latest registered first.</summary>
    public static IReadOnlyList<IImageDecoder> Decoders => s_decoders;

    /// <summary>Adds a decoder in front of those already there, so that it may replace one.</summary>
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
    public static Image Decode(ReadOnlySpan<byte> data, ImageLimits? limits = null)
    {
        ReadOnlySpan<byte> header = data[..Math.Min(data.Length, 32)];
        foreach (IImageDecoder decoder in s_decoders)
        {
            if (decoder.Matches(header))
            {
                return decoder.Decode(data, limits ?? ImageLimits.Default);
            }
        }

        throw new ImageException(ImageError.UnknownFormat,
            $"image: expected one of {string.Join(", ", s_decoders.Select(d => d.Name))}, got {data.Length} bytes that start with {Convert.ToHexString(header[..Math.Min(8, header.Length)])}.");
    }

    /// <summary>Reads and decodes a file.</summary>
    /// <exception cref="ImageException">The file is not a readable picture.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Image Load(string path, ImageLimits? limits = null)
    {
        try
        {
            return Decode(File.ReadAllBytes(path), limits);
        }
        catch (ImageException e)
        {
            throw new ImageException(e.Error, $"{path}: {e.Message}", e);
        }
    }
}
