namespace Fovea.Models;

/// <summary>A rectangle in a picture, in pixels from the upper left corner; a box of the pixels 2 and 3 has X0 = 2 and X1 = 4.</summary>
/// <param name="X0">Its left side.</param>
/// <param name="Y0">Its upper side.</param>
/// <param name="X1">Its right side, exclusive.</param>
/// <param name="Y1">Its lower side, exclusive.</param>
public readonly record struct Box(float X0, float Y0, float X1, float Y1)
{
    /// <summary>Right less left; negative where the sides are the wrong way round.</summary>
    public float Width => X1 - X0;

    /// <summary>Lower less upper; negative where the sides are the wrong way round.</summary>
    public float Height => Y1 - Y0;

    /// <summary>Width times height; 0 for a box that has none of one.</summary>
    public float Area => Width > 0 && Height > 0 ? Width * Height : 0;

    /// <summary>The area of what lies in both.</summary>
    /// <param name="other">The other box.</param>
    public float Intersection(Box other)
    {
        float width = MathF.Min(X1, other.X1) - MathF.Max(X0, other.X0), height = MathF.Min(Y1, other.Y1) - MathF.Max(Y0, other.Y0);
        return width > 0 && height > 0 ? width * height : 0;
    }

    /// <summary>The area of what lies in both over that of what lies in either, 0 to 1; 0 for a box without area.</summary>
    /// <param name="other">The other box.</param>
    public float IoU(Box other)
    {
        float both = Intersection(other);
        return both > 0 ? both / (Area + other.Area - both) : 0;
    }

    /// <summary>Whether a point lies inside, not on a side.</summary>
    /// <param name="x">Pixels from the left.</param>
    /// <param name="y">Pixels from above.</param>
    public bool Contains(float x, float y) => x > X0 && x < X1 && y > Y0 && y < Y1;

    /// <summary>The part of it that lies in a picture.</summary>
    /// <param name="height">Height of the picture in pixels.</param>
    /// <param name="width">Width of the picture in pixels.</param>
    public Box Clip(int height, int width) =>
        new(Math.Clamp(X0, 0, width), Math.Clamp(Y0, 0, height), Math.Clamp(X1, 0, width), Math.Clamp(Y1, 0, height));
}
