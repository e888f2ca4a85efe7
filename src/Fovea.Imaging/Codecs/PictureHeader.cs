namespace Fovea.Imaging.Codecs;

/// <summary>What the headers of a file say of its picture, without a pixel being decoded.</summary>
/// <param name="Width">Width in pixels, as the picture is stored.</param>
/// <param name="Height">Height in pixels, as the picture is stored.</param>
/// <param name="Maximum">The largest value that a stored sample can have, which is white: 255 for 8 bits, 65,535 for 16.</param>
public readonly record struct PictureHeader(int Width, int Height, int Maximum)
{
    /// <summary>Whether a sample is stored in more than 8 bits, so that an <see cref="Image"/> cannot hold it as it is.</summary>
    public bool IsDeep => Maximum > byte.MaxValue;

    /// <summary>The header of the picture once it is turned.</summary>
    /// <param name="orientation">Where the stored first row and column belong.</param>
    public PictureHeader Turned(ExifOrientation orientation) =>
        orientation is >= ExifOrientation.LeftTop and <= ExifOrientation.LeftBottom ? this with { Width = Height, Height = Width } : this;
}
