namespace Fovea.Imaging.Transforms;

// Turns by quarters, and what they are made of.
public static partial class ImageTransforms
{
    // Columns are written in strips of this many rows: the lines of the target stay in the nearest cache between visits.
    private const int TransposeStrip = 32;

    /// <summary>Turns a picture by quarters.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="quarterTurns">How many times 90° clockwise; any number, negative ones turn the other way, 4 is none.</param>
    public static Image Rotate90(this Image image, int quarterTurns = 1)
    {
        ArgumentNullException.ThrowIfNull(image);
        return (quarterTurns & 3) switch
        {
            0 => Crop(image, Region.Of(image)),
            1 => Turn(image, mirrorX: true, mirrorY: false),
            2 => FlipHorizontal(FlipVertical(image)),
            _ => Turn(image, mirrorX: false, mirrorY: true),
        };
    }

    /// <summary>Swaps rows and columns: pixel (x, y) becomes (y, x). With the flips this makes all eight EXIF orientations.</summary>
    /// <param name="image">The picture.</param>
    public static Image Transpose(this Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Turn(image, mirrorX: false, mirrorY: false);
    }

    /// <summary>Transposes, counting the target's columns or rows from the far side.</summary>
    private static Image Turn(Image image, bool mirrorX, bool mirrorY)
    {
        var result = new Image(image.Height, image.Width, image.Format);
        int channels = image.Channels;
        byte[] target = result.Pixels;
        for (int strip = 0; strip < image.Width; strip += TransposeStrip)
        {
            int end = Math.Min(image.Width, strip + TransposeStrip);
            for (int y = 0; y < image.Height; y++)
            {
                ReadOnlySpan<byte> row = image.Row(y);
                int column = mirrorX ? image.Height - 1 - y : y;
                for (int x = strip; x < end; x++)
                {
                    int to = ((mirrorY ? image.Width - 1 - x : x) * image.Height + column) * channels;
                    for (int c = 0; c < channels; c++)
                    {
                        target[to + c] = row[x * channels + c];
                    }
                }
            }
        }

        return result;
    }
}
