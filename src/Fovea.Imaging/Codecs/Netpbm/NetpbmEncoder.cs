using System.Text;

namespace Fovea.Imaging.Codecs.Netpbm;

/// <summary>Writes binary Netpbm: <see cref="PixelFormat.Grey"/> as PGM (P5), <see cref="PixelFormat.Rgb"/> as PPM (P6).</summary>
public static class NetpbmEncoder
{
    /// <summary>Encodes a picture.</summary>
    /// <param name="image">A picture without alpha.</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="ImageException">The picture has an alpha channel (<see cref="ImageError.Unsupported"/>).</exception>
    public static byte[] Encode(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Format is not (PixelFormat.Grey or PixelFormat.Rgb))
        {
            throw new ImageException(ImageError.Unsupported, $"netpbm: expected Grey or Rgb, got {image.Format}; convert the picture, or save it as PNG.");
        }

        byte[] header = Encoding.ASCII.GetBytes($"P{(image.Format == PixelFormat.Grey ? 5 : 6)}\n{image.Width} {image.Height}\n255\n");
        return [.. header, .. image.Pixels];
    }

    /// <summary>Encodes a picture into a file, replacing one that is there.</summary>
    /// <param name="path">Where to write.</param>
    /// <param name="image">A picture without alpha.</param>
    /// <exception cref="ImageException">The picture has an alpha channel.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Image image) => File.WriteAllBytes(path, Encode(image));
}
