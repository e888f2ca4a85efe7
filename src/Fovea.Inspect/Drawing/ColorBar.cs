using System.Globalization;
using Fovea.Imaging;
using Fovea.Imaging.Drawing;

namespace Fovea.Inspect;

/// <summary>The legend of a drawn map: its colours in order, with the raw values at their ends.</summary>
public static class ColorBar
{
    private const int BarHeight = 10;
    private const int Gap = 4;
    private const int Scale = 2;

    private static readonly Color s_ink = new(60, 66, 80);

    /// <summary>Height of what <see cref="Draw"/> gives, in pixels.</summary>
    public static int Height => BarHeight + Gap + Lettering.Height(Scale);

    /// <summary>Draws the bar of a scale on white: a column of pixels a colour, by the value in its middle, and below it low, 0 where it is the middle, and high.</summary>
    /// <param name="scale">The scale.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <exception cref="ArgumentException">The width is less than 1.</exception>
    public static Image Draw(MapScale scale, int width)
    {
        ArgumentNullException.ThrowIfNull(scale);
        Image image = Painting.Blank(width, Height, Color.White);
        for (int x = 0; x < width; x++)
        {
            image.Fill(x, 0, 1, BarHeight, scale.Palette[(x + 0.5) / width]);
        }

        (string low, string high) = (Number(scale.Low), Number(scale.High));
        int y = BarHeight + Gap;
        image.Write(0, y, low, Scale, s_ink);
        image.Write(width - Lettering.Width(high, Scale), y, high, Scale, s_ink);
        if (scale.IsSigned)
        {
            image.Write((width - Lettering.Width("0", Scale)) / 2, y, "0", Scale, s_ink);
        }

        return image;
    }

    /// <summary>A value as it is written beside maps, with four digits that matter: <c>0.01234</c>, <c>1.5e-06</c>.</summary>
    /// <param name="value">The value.</param>
    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture).Replace('E', 'e');
}
