namespace Fovea.Imaging.Transforms;

// Pictures upright, as EXIF says.
public static partial class ImageTransforms
{
    /// <summary>Turns a picture upright as EXIF's orientation says.</summary>
    /// <param name="image">The picture as stored; returned itself when it is upright.</param>
    /// <param name="orientation">Where the stored first row and column belong. What is no orientation means upright.</param>
    public static Image Orient(this Image image, ExifOrientation orientation)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Turns(orientation)
            ? new Image(Across(image.Width, image.Height, orientation), Across(image.Height, image.Width, orientation), image.Format,
                Turn(image.Pixels, image.Width, image.Height, image.Channels, orientation),
                image.Values is { } values ? Turn(values, image.Width, image.Height, image.Channels, orientation) : null)
            : image;
    }

    /// <summary>Turns stored samples as <see cref="Orient(Image, ExifOrientation)"/> turns pixels.</summary>
    /// <param name="image">The samples as stored; returned themselves when they are upright.</param>
    /// <param name="orientation">Where the stored first row and column belong. What is no orientation means upright.</param>
    public static StoredImage Orient(this StoredImage image, ExifOrientation orientation)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Turns(orientation)
            ? new StoredImage(Across(image.Width, image.Height, orientation), Across(image.Height, image.Width, orientation), image.Format, image.Maximum,
                Turn(image.Samples, image.Width, image.Height, image.Channels, orientation), image.Palette)
            : image;
    }

    private static bool Turns(ExifOrientation orientation) => orientation is > ExifOrientation.TopLeft and <= ExifOrientation.LeftBottom;

    private static int Across(int width, int height, ExifOrientation orientation) => orientation >= ExifOrientation.LeftTop ? height : width;

    private static T[] Turn<T>(T[] source, int storedWidth, int storedHeight, int channels, ExifOrientation orientation)
    {
        bool transposed = orientation >= ExifOrientation.LeftTop;
        bool mirrored = orientation is ExifOrientation.TopRight or ExifOrientation.BottomRight or ExifOrientation.RightBottom or ExifOrientation.LeftBottom;
        bool upsideDown = orientation is ExifOrientation.BottomRight or ExifOrientation.BottomLeft or ExifOrientation.RightTop or ExifOrientation.RightBottom;
        int width = Across(storedWidth, storedHeight, orientation), height = Across(storedHeight, storedWidth, orientation);
        T[] target = GC.AllocateUninitializedArray<T>(source.Length);

        // Stored pixel (column, row) of the upright pixel (x, y): first undo the turn of the axes, then the mirrors.
        int to = 0;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (int column, int row) = transposed ? (y, x) : (x, y);
                column = mirrored ? storedWidth - 1 - column : column;
                row = upsideDown ? storedHeight - 1 - row : row;
                int from = (row * storedWidth + column) * channels;
                for (int c = 0; c < channels; c++)
                {
                    target[to++] = source[from++];
                }
            }
        }

        return target;
    }
}
