namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>Turns a picture upright as its EXIF orientation says.</summary>
internal static class Orientation
{
    /// <summary>The picture as it is meant to be seen.</summary>
    /// <param name="image">The picture as stored.</param>
    /// <param name="orientation">
    /// Where the stored first row and first column belong: 1 top left (as it is), 2 top right, 3 bottom right, 4 bottom left,
    /// 5 left top, 6 right top, 7 right bottom, 8 left bottom. Anything else is taken for 1.
    /// </param>
    public static Image Apply(Image image, int orientation)
    {
        if (orientation is < 2 or > 8)
        {
            return image;
        }

        bool transposed = orientation >= 5;
        bool mirrored = orientation is 2 or 3 or 7 or 8;
        bool upsideDown = orientation is 3 or 4 or 6 or 7;
        int width = transposed ? image.Height : image.Width;
        int height = transposed ? image.Width : image.Height;
        int channels = image.Channels;
        byte[] source = image.Pixels;
        byte[] target = GC.AllocateUninitializedArray<byte>(source.Length);

        // Stored pixel (column, row) of the upright pixel (x, y): first undo the turn of the axes, then the mirrors.
        int to = 0;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (int column, int row) = transposed ? (y, x) : (x, y);
                column = mirrored ? image.Width - 1 - column : column;
                row = upsideDown ? image.Height - 1 - row : row;
                int from = (row * image.Width + column) * channels;
                for (int c = 0; c < channels; c++)
                {
                    target[to++] = source[from++];
                }
            }
        }

        return new Image(width, height, image.Format, target);
    }
}
