using Fovea.Imaging;
using Fovea.Imaging.Transforms;

namespace Fovea.Training.Data;

/// <summary>Pictures at their own resolution, of which a network sees windows: squares mostly, or rectangles.</summary>
internal static class OwnResolution
{
    /// <summary>A picture's size at a scale, enlarged where a side would be less than a window's.</summary>
    public static (int Width, int Height) SizeOf((int Width, int Height) image, Size2 window, double scale = 1)
    {
        double factor = Math.Max(scale, Math.Max((double)window.Width / image.Width, (double)window.Height / image.Height));
        return (Math.Max(window.Width, (int)Math.Round(image.Width * factor)), Math.Max(window.Height, (int)Math.Round(image.Height * factor)));
    }

    /// <summary>A random window of a picture, and of its mask; smaller pictures are enlarged until they hold one.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="mask">Its mask; null for none.</param>
    /// <param name="window">Height and width of the window, in pixels.</param>
    /// <param name="balanced">
    /// Whether the window lies around a pixel of a class that is drawn evenly from those that the mask shows, as far as the picture's ends allow.
    /// </param>
    /// <param name="filter">How pictures are enlarged.</param>
    /// <param name="random">Where the numbers come from.</param>
    /// <returns>The window, its mask, and which part of the picture it is, to the nearest pixel.</returns>
    public static (Image Image, Image? Mask, Region Part) Crop(Image image, Image? mask, Size2 window, bool balanced, ResizeFilter filter, Generator random)
    {
        (int width, int height) = SizeOf((image.Width, image.Height), window);
        double across = (double)image.Width / width, down = (double)image.Height / height;
        if (width != image.Width || height != image.Height)
        {
            (image, mask) = (image.Resize(width, height, filter), mask?.Resize(width, height, ResizeFilter.Nearest));
        }

        (int x, int y) = balanced && mask is not null && PixelOfAClass(mask, random) is { } centre
            ? (Math.Clamp(centre.X - (window.Width / 2), 0, width - window.Width), Math.Clamp(centre.Y - (window.Height / 2), 0, height - window.Height))
            : (random.Next(width - window.Width + 1), random.Next(height - window.Height + 1));
        var region = new Region(x, y, window.Width, window.Height);
        var part = new Region(
            (int)Math.Round(x * across), (int)Math.Round(y * down), Math.Max(1, (int)Math.Round(window.Width * across)), Math.Max(1, (int)Math.Round(window.Height * down)));
        return (image.Crop(region), mask?.Crop(region), part);
    }

    /// <summary>A pixel of a class, both drawn evenly; null where no pixel counts.</summary>
    private static (int X, int Y)? PixelOfAClass(Image mask, Generator random)
    {
        int[] counts = new int[MaskLabels.MostClasses + 1];
        foreach (byte label in mask.Pixels)
        {
            counts[label]++;
        }

        int[] shown = [.. Enumerable.Range(0, MaskLabels.MostClasses).Where(c => counts[c] > 0)];
        if (shown.Length == 0)
        {
            return null;
        }

        int drawn = shown[random.Next(shown.Length)];
        int left = random.Next(counts[drawn]);
        int at = -1;
        for (int i = 0; left >= 0; i++)
        {
            (left, at) = mask.Pixels[i] == drawn ? (left - 1, i) : (left, at);
        }

        return (at % mask.Width, at / mask.Width);
    }
}
