namespace Fovea.Imaging.Drawing;

/// <summary>Drawing into <see cref="PixelFormat.Rgb"/> pictures, in place. What lies outside of the picture is left out.</summary>
public static class Painting
{
    /// <summary>Makes a picture of one colour.</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="color">The colour.</param>
    /// <exception cref="ArgumentException">A side is less than 1, or the samples are more than one array holds.</exception>
    public static Image Blank(int width, int height, Color color)
    {
        var image = new Image(width, height, PixelFormat.Rgb);
        image.Fill(0, 0, width, height, color);
        return image;
    }

    /// <summary>Fills a rectangle.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="x">Left edge in pixels.</param>
    /// <param name="y">Upper edge in pixels.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="color">The colour.</param>
    /// <exception cref="ArgumentException">The picture is of another format.</exception>
    public static void Fill(this Image image, int x, int y, int width, int height, Color color)
    {
        Require(image);
        (int left, int right) = (Math.Max(0, x), Math.Min(image.Width, x + width));
        for (int row = Math.Max(0, y); left < right && row < Math.Min(image.Height, y + height); row++)
        {
            Span<byte> line = image.Row(row)[(3 * left)..(3 * right)];
            for (int i = 0; i < line.Length; i += 3)
            {
                (line[i], line[i + 1], line[i + 2]) = (color.Red, color.Green, color.Blue);
            }
        }
    }

    /// <summary>Draws the edge of a rectangle, inside of it.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="x">Left edge in pixels.</param>
    /// <param name="y">Upper edge in pixels.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="thickness">Of the edge, in pixels.</param>
    /// <param name="color">The colour.</param>
    /// <exception cref="ArgumentException">The picture is of another format.</exception>
    public static void Outline(this Image image, int x, int y, int width, int height, int thickness, Color color)
    {
        image.Fill(x, y, width, thickness, color);
        image.Fill(x, y + height - thickness, width, thickness, color);
        image.Fill(x, y, thickness, height, color);
        image.Fill(x + width - thickness, y, thickness, height, color);
    }

    /// <summary>Copies a picture into another.</summary>
    /// <param name="image">The picture that is drawn into.</param>
    /// <param name="other">What is copied, an <see cref="PixelFormat.Rgb"/> picture.</param>
    /// <param name="x">Where its left edge goes, in pixels.</param>
    /// <param name="y">Where its upper edge goes, in pixels.</param>
    /// <exception cref="ArgumentException">One of them is of another format.</exception>
    public static void Paste(this Image image, Image other, int x, int y)
    {
        Require(image);
        Require(other);
        (int left, int right) = (Math.Max(0, -x), Math.Min(other.Width, image.Width - x));
        for (int row = Math.Max(0, -y); left < right && row < Math.Min(other.Height, image.Height - y); row++)
        {
            other.Row(row)[(3 * left)..(3 * right)].CopyTo(image.Row(y + row)[(3 * (x + left))..]);
        }
    }

    private static void Require(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Format != PixelFormat.Rgb)
        {
            throw new ArgumentException($"image: drawing takes an Rgb picture, got {image.Format}; convert it.");
        }
    }
}
