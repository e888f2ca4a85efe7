using Fovea.Imaging;
using Fovea.Imaging.Drawing;
using Fovea.Imaging.Transforms;
using Fovea.Models;

namespace Fovea.Training;

/// <summary>Draws boxes into pictures, each class in its colour.</summary>
internal static class BoxDrawing
{
    private const int Thickness = 2;

    /// <summary>A copy of a picture with boxes in it.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="boxes">The boxes in pixels of it, each with its class and what is written at it.</param>
    public static Image Draw(Image image, IEnumerable<(Box Box, int Class, string Text)> boxes)
    {
        Image drawn = image.ConvertTo(PixelFormat.Rgb);
        drawn = ReferenceEquals(drawn, image) ? new Image(image.Width, image.Height, PixelFormat.Rgb, [.. image.Pixels]) : drawn;
        int scale = Math.Max(1, Math.Min(image.Width, image.Height) / 400), line = Lettering.Height(scale) + 2;
        foreach ((Box box, int label, string text) in boxes)
        {
            (byte red, byte green, byte blue) = MaskColors.Of(label + 1);
            var color = new Color(red, green, blue);
            int x = (int)MathF.Round(box.X0), y = (int)MathF.Round(box.Y0);
            int width = Math.Max(1, (int)MathF.Round(box.X1) - x), height = Math.Max(1, (int)MathF.Round(box.Y1) - y);
            drawn.Outline(x, y, width, height, Math.Min(Thickness, Math.Min(width, height)), color);
            if (text.Length > 0)
            {
                string shown = Lettering.Knows(text) ? text : $"#{label}";
                int top = y >= line ? y - line : y;
                drawn.Fill(x, top, Lettering.Width(shown, scale) + 2, line, color);
                drawn.Write(x + 1, top + 1, shown, scale, Color.White);
            }
        }

        return drawn;
    }
}

/// <summary>Draws the boxes of a batch over its images, as the loss gets them.</summary>
internal sealed class BoxLabelDrawing(IReadOnlyList<string> classes) : ILabelDrawing
{
    public Image Over(Image image, Tensor targets, int number) => BoxDrawing.Draw(image,
        LabelledBox.Read(targets, classes.Count)[number].Select(b => (b.Box, b.Class, string.Empty)));

    public IReadOnlyList<(string Name, byte Red, byte Green, byte Blue)> Legend(Tensor targets, int count) =>
    [
        .. LabelledBox.Read(targets, classes.Count).Take(count).SelectMany(p => p.Select(b => b.Class)).Distinct().Order().Select(label =>
        {
            (byte red, byte green, byte blue) = MaskColors.Of(label + 1);
            return (DrawnName.Of(label, classes), red, green, blue);
        }),
    ];
}
