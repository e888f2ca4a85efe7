using Fovea.Imaging;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Colours for the classes of masks, and masks drawn over images with them.</summary>
internal static class MaskColors
{
    private const int Fixed = 12;

    // Far apart in hue and lightness, and for most colour-blind eyes too; class 0, mostly the background, stays as the image is.
    private static readonly byte[] s_palette =
    [
        0, 0, 0, 230, 57, 70, 69, 123, 233, 255, 200, 40, 42, 157, 90, 214, 92, 214, 255, 140, 50,
        60, 200, 220, 150, 90, 40, 170, 220, 80, 120, 80, 200, 250, 170, 180,
    ];

    /// <summary>The colour of a class.</summary>
    public static (byte Red, byte Green, byte Blue) Of(int label)
    {
        if (label < Fixed)
        {
            return (s_palette[3 * label], s_palette[3 * label + 1], s_palette[3 * label + 2]);
        }

        // Beyond the list, hues spread by the golden ratio.
        double hue = label * 0.61803398875 % 1 * 6;
        byte Channel(double shift) => (byte)(60 + 180 * Math.Clamp(Math.Abs((hue + shift) % 6 - 3) - 1, 0, 1));
        return (Channel(0), Channel(4), Channel(2));
    }

    /// <summary>The colour as CSS writes it.</summary>
    public static string Css(int label)
    {
        (byte red, byte green, byte blue) = Of(label);
        return $"#{red:x2}{green:x2}{blue:x2}";
    }

    /// <summary>An image with a mask over it: half image and half colour; class 0 is the image alone, what does not count is darkened.</summary>
    /// <param name="image">The image.</param>
    /// <param name="mask">The class of each pixel.</param>
    /// <param name="colors">A colour for each class; null for those of <see cref="Of"/>.</param>
    public static Image Over(Image image, Image mask, IReadOnlyList<(byte Red, byte Green, byte Blue)>? colors = null)
    {
        Image rgb = image.ConvertTo(PixelFormat.Rgb);
        var result = new Image(rgb.Width, rgb.Height, PixelFormat.Rgb);
        for (int i = 0; i < mask.Pixels.Length; i++)
        {
            byte label = mask.Pixels[i];
            (int red, int green, int blue) = label == MaskLabels.Ignored ? (0, 0, 0) : colors?[label] ?? Of(label);
            int share = label == 0 ? 0 : 1;
            result.Pixels[3 * i] = Mix(rgb.Pixels[3 * i], red, share);
            result.Pixels[3 * i + 1] = Mix(rgb.Pixels[3 * i + 1], green, share);
            result.Pixels[3 * i + 2] = Mix(rgb.Pixels[3 * i + 2], blue, share);
        }

        return result;

        static byte Mix(int pixel, int color, int share) => share == 0 ? (byte)pixel : (byte)((pixel + color) / 2);
    }
}
