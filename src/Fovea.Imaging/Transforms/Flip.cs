namespace Fovea.Imaging.Transforms;

public static partial class ImageTransforms
{
    /// <summary>Mirrors left and right.</summary>
    /// <param name="image">The picture.</param>
    public static Image FlipHorizontal(this Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var result = new Image(image.Width, image.Height, image.Format);
        int channels = image.Channels;
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> source = image.Row(y);
            Span<byte> target = result.Row(y);
            for (int from = 0, to = target.Length - channels; to >= 0; from += channels, to -= channels)
            {
                for (int c = 0; c < channels; c++)
                {
                    target[to + c] = source[from + c];
                }
            }
        }

        return result;
    }

    /// <summary>Mirrors top and bottom.</summary>
    /// <param name="image">The picture.</param>
    public static Image FlipVertical(this Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var result = new Image(image.Width, image.Height, image.Format);
        for (int y = 0; y < image.Height; y++)
        {
            image.Row(y).CopyTo(result.Row(image.Height - 1 - y));
        }

        return result;
    }
}
