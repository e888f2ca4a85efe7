using Fovea.Imaging;
using Fovea.Imaging.Drawing;
using Fovea.Imaging.Transforms;

namespace Fovea.Inspect;

/// <summary>Draws maps, alone and over pictures. Which colour a value has is <see cref="MapScale"/>'s rule.</summary>
public static class MapDrawing
{
    /// <summary>Draws a map alone: the grid stretched over the whole picture.</summary>
    /// <param name="map">The map.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="style">How; null for <see cref="MapStyle.Default"/>. The opacity has no part in it.</param>
    /// <exception cref="ArgumentException">A side is less than 1, or the pinned cell is none of the map's.</exception>
    public static Image Draw(ScalarMap map, int width, int height, MapStyle? style = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        style ??= MapStyle.Default;
        MapScale scale = style.Scale ?? MapScale.Of(map);
        var image = new Image(width, height, PixelFormat.Rgb);
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = image.Row(y);
            for (int x = 0; x < width; x++)
            {
                double value = style.IsSmooth ? Between(map, y, x, height, width) : map[CellOf(y, height, map.Height), CellOf(x, width, map.Width)];
                Color color = scale.ColorOf(value);
                (row[3 * x], row[(3 * x) + 1], row[(3 * x) + 2]) = (color.Red, color.Green, color.Blue);
            }
        }

        Frame(image, map, style.Pin);
        return image;
    }

    /// <summary>Draws a map over a picture, whose grid lies over the whole of it.</summary>
    /// <param name="map">The map.</param>
    /// <param name="image">The picture, of any format.</param>
    /// <param name="style">How; null for <see cref="MapStyle.Default"/>.</param>
    /// <exception cref="ArgumentException">The opacity is not from 0 to 1, or the pinned cell is none of the map's.</exception>
    public static Image Over(ScalarMap map, Image image, MapStyle? style = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(image);
        style ??= MapStyle.Default;
        if (style.Opacity is not (>= 0 and <= 1))
        {
            throw new ArgumentException($"opacity: expected a number from 0 to 1, got {style.Opacity}.");
        }

        Image drawn = Draw(map, image.Width, image.Height, style with { Pin = null });
        byte[] top = drawn.Pixels, ground = image.ConvertTo(PixelFormat.Rgb).Pixels;
        for (int i = 0; i < top.Length; i += 3)
        {
            Color mixed = new Color(top[i], top[i + 1], top[i + 2]).Over(new Color(ground[i], ground[i + 1], ground[i + 2]), style.Opacity);
            (top[i], top[i + 1], top[i + 2]) = (mixed.Red, mixed.Green, mixed.Blue);
        }

        Frame(drawn, map, style.Pin);
        return drawn;
    }

    /// <summary>The cell that a pixel shows: the one that its middle lies in.</summary>
    /// <param name="pixel">The pixel's column or row.</param>
    /// <param name="pixels">Columns or rows of the picture.</param>
    /// <param name="cells">Columns or rows of the grid.</param>
    public static int CellOf(int pixel, int pixels, int cells) => (int)(((2L * pixel) + 1) * cells / (2L * pixels));

    private static double Between(ScalarMap map, int y, int x, int height, int width)
    {
        (int above, int below, double down) = Neighbours(y, height, map.Height);
        (int left, int right, double across) = Neighbours(x, width, map.Width);
        double top = Mix(map[above, left], map[above, right], across);
        return Mix(top, Mix(map[below, left], map[below, right], across), down);
    }

    // A weight of 0 leaves the other out, though it may be NaN.
    private static double Mix(double a, double b, double weight) => weight == 0 ? a : ((1 - weight) * a) + (weight * b);

    // Middles of cells lie at ½, 1½, …; beyond the outermost middles their values go on.
    private static (int Before, int After, double Weight) Neighbours(int pixel, int pixels, int cells)
    {
        double at = Math.Clamp(((pixel + 0.5) * cells / pixels) - 0.5, 0, cells - 1);
        int before = (int)at;
        return (before, Math.Min(before + 1, cells - 1), at - before);
    }

    // White between black lines: it can be seen on every ground.
    private static void Frame(Image image, ScalarMap map, (int Y, int X)? pin)
    {
        if (pin is not var (row, column))
        {
            return;
        }

        if (row < 0 || row >= map.Height || column < 0 || column >= map.Width)
        {
            throw new ArgumentException($"pin: expected a cell of the {map.Height}x{map.Width} grid, got {row},{column}.");
        }

        (int top, int height) = Pixels(row, image.Height, map.Height);
        (int left, int width) = Pixels(column, image.Width, map.Width);
        image.Outline(left - 3, top - 3, width + 6, height + 6, 1, Color.Black);
        image.Outline(left - 2, top - 2, width + 4, height + 4, 2, Color.White);
        image.Outline(left, top, width, height, 1, Color.Black);
    }

    private static (int First, int Count) Pixels(int cell, int pixels, int cells)
    {
        int[] of = [.. Enumerable.Range(0, pixels).Where(p => CellOf(p, pixels, cells) == cell)];
        return of.Length > 0 ? (of[0], of.Length) : ((int)((long)cell * pixels / cells), 1);
    }
}
