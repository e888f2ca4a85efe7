using Fovea.Imaging;
using Fovea.Imaging.Transforms;

namespace Fovea.Inspect;

/// <summary>Makes pictures as large as maps over them can be looked at.</summary>
public static class MapGround
{
    /// <summary>The shorter side that small pictures are brought to at least, in pixels.</summary>
    public const int Least = 224;

    /// <summary>The longer side that large pictures are brought to, in pixels.</summary>
    public const int Most = 448;

    /// <summary>The picture in colour: small ones enlarged by a whole factor, so that their pixels stay what they are, large ones made smaller.</summary>
    /// <param name="image">The picture, of any format.</param>
    public static Image Of(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        Image color = image.ConvertTo(PixelFormat.Rgb);
        (int shorter, int longer) = (Math.Min(color.Width, color.Height), Math.Max(color.Width, color.Height));
        if (longer > Most)
        {
            double scale = (double)Most / longer;
            return color.Resize(Math.Max(1, (int)Math.Round(color.Width * scale)), Math.Max(1, (int)Math.Round(color.Height * scale)));
        }

        int factor = Math.Max(1, Math.Min((Least + shorter - 1) / shorter, Most / longer));
        return factor == 1 ? color : color.Resize(color.Width * factor, color.Height * factor, ResizeFilter.Nearest);
    }
}
