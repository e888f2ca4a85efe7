namespace Fovea.Imaging.Transforms;

// Mirrored pictures.
public static partial class ImageTransforms
{
    /// <summary>Mirrors left and right.</summary>
    /// <param name="image">The picture.</param>
    public static Image FlipHorizontal(this Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Values is not null)
        {
            return Orient(image, ExifOrientation.TopRight);
        }

        var result = new Image(image.Width, image.Height, image.Format);
        int channels = image.Channels;
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> source = image.Row(y);
            Span<byte> target = result.Row(y);
            if (channels == 3)
            {
                // The usual case without a call a pixel.
                for (int from = 0; from + 3 <= source.Length; from += 3)
                {
                    Span<byte> to = target.Slice(target.Length - 3 - from, 3);
                    to[2] = source[from + 2];
                    to[1] = source[from + 1];
                    to[0] = source[from];
                }

                continue;
            }

            for (int from = 0, to = target.Length - channels; to >= 0; from += channels, to -= channels)
            {
                source.Slice(from, channels).CopyTo(target[to..]);
            }
        }

        return result;
    }

    /// <summary>Mirrors top and bottom.</summary>
    /// <param name="image">The picture.</param>
    public static Image FlipVertical(this Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Values is not null)
        {
            return Orient(image, ExifOrientation.BottomLeft);
        }

        var result = new Image(image.Width, image.Height, image.Format);
        for (int y = 0; y < image.Height; y++)
        {
            image.Row(y).CopyTo(result.Row(image.Height - 1 - y));
        }

        return result;
    }
}
