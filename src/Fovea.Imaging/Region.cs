namespace Fovea.Imaging;

/// <summary>A rectangle of pixels: columns X to X + Width − 1, rows Y to Y + Height − 1, counted from the top left.</summary>
/// <param name="X">The first column.</param>
/// <param name="Y">The first row.</param>
/// <param name="Width">How many columns.</param>
/// <param name="Height">How many rows.</param>
public readonly record struct Region(int X, int Y, int Width, int Height)
{
    /// <summary>The whole of a picture.</summary>
    /// <param name="image">The picture.</param>
    public static Region Of(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new Region(0, 0, image.Width, image.Height);
    }

    /// <summary>Refuses a rectangle that is empty or leaves the picture.</summary>
    internal void CheckInside(Image image, string op)
    {
        if (Width < 1 || Height < 1 || X < 0 || Y < 0 || X > image.Width - Width || Y > image.Height - Height)
        {
            throw new ArgumentException(
                $"{op}: expected a region inside the {image.Width}x{image.Height} picture, got {Width}x{Height} at ({X}, {Y}); pad the picture first.");
        }
    }
}
