namespace Fovea.Imaging;

/// <summary>
/// EXIF's orientation: where the stored first row and the stored first column belong in the picture as it is meant to be seen, by the
/// numbers of the tag (0x0112).
/// </summary>
public enum ExifOrientation
{
    /// <summary>Stored upright.</summary>
    TopLeft = 1,

    /// <summary>Mirrored left to right.</summary>
    TopRight = 2,

    /// <summary>Upside down: to be turned by 180°.</summary>
    BottomRight = 3,

    /// <summary>Mirrored top to bottom.</summary>
    BottomLeft = 4,

    /// <summary>Rows and columns swapped.</summary>
    LeftTop = 5,

    /// <summary>To be turned by 90° clockwise.</summary>
    RightTop = 6,

    /// <summary>Rows and columns swapped along the other diagonal.</summary>
    RightBottom = 7,

    /// <summary>To be turned by 90° counterclockwise.</summary>
    LeftBottom = 8,
}
