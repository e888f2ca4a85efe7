using Fovea.Models;

namespace Fovea.Training.Data;

/// <summary>Where a picture's points lie in what the network sees: (x, y) at (ScaleX · x + ShiftX, ScaleY · y + ShiftY); a mirrored side has a negative scale.</summary>
/// <param name="ScaleX">Pixels of the network's input for one of the picture, across.</param>
/// <param name="ScaleY">The same downwards.</param>
/// <param name="ShiftX">Where the picture's left edge lies.</param>
/// <param name="ShiftY">Where the picture's upper edge lies.</param>
public readonly record struct Framing(double ScaleX, double ScaleY, double ShiftX, double ShiftY)
{
    /// <summary>A box of the picture in the network's input; it may reach out of that.</summary>
    /// <param name="box">The box in pixels of the picture.</param>
    public Box Apply(Box box) => Ordered(
        (ScaleX * box.X0) + ShiftX, (ScaleY * box.Y0) + ShiftY, (ScaleX * box.X1) + ShiftX, (ScaleY * box.Y1) + ShiftY);

    /// <summary>A box of the network's input in pixels of the picture; it may reach out of that.</summary>
    /// <param name="box">The box in pixels of the network's input.</param>
    public Box Undo(Box box) => Ordered(
        (box.X0 - ShiftX) / ScaleX, (box.Y0 - ShiftY) / ScaleY, (box.X1 - ShiftX) / ScaleX, (box.Y1 - ShiftY) / ScaleY);

    /// <summary>A part of the picture that fills a rectangle of the network's input.</summary>
    internal static Framing Of(Imaging.Region part, Imaging.Region place)
    {
        double across = (double)place.Width / part.Width, down = (double)place.Height / part.Height;
        return new Framing(across, down, place.X - (across * part.X), place.Y - (down * part.Y));
    }

    /// <summary>This, mirrored left to right in a frame of a width.</summary>
    internal Framing Mirrored(int width) => this with { ScaleX = -ScaleX, ShiftX = width - ShiftX };

    /// <summary>This, mirrored top to bottom in a frame of a height.</summary>
    internal Framing TurnedOver(int height) => this with { ScaleY = -ScaleY, ShiftY = height - ShiftY };

    private static Box Ordered(double x0, double y0, double x1, double y1) =>
        new((float)Math.Min(x0, x1), (float)Math.Min(y0, y1), (float)Math.Max(x0, x1), (float)Math.Max(y0, y1));
}
