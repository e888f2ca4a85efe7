namespace Fovea.Imaging.Transforms;

// Parts of pictures.
public static partial class ImageTransforms
{
    /// <summary>Cuts a region out.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="region">The part to keep, inside the picture.</param>
    /// <exception cref="ArgumentException">The region is empty or leaves the picture.</exception>
    public static Image Crop(this Image image, Region region)
    {
        ArgumentNullException.ThrowIfNull(image);
        region.CheckInside(image, "crop");
        return new Image(
            region.Width, region.Height, image.Format, Cut(image.Pixels, image, region), image.Values is { } values ? Cut(values, image, region) : null);
    }

    /// <summary>Cuts the middle out: the left margin is round((W − width) / 2), halves to even, as torchvision has it.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">The width to keep, at most the picture's.</param>
    /// <param name="height">The height to keep, at most the picture's.</param>
    /// <exception cref="ArgumentException">The picture is smaller: pad it first.</exception>
    public static Image CenterCrop(this Image image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Crop(image, CenterOf(image.Width, image.Height, width, height));
    }

    private static T[] Cut<T>(T[] samples, Image of, Region region)
    {
        int channels = of.Channels, length = region.Width * channels;
        T[] result = new T[region.Height * length];
        for (int y = 0; y < region.Height; y++)
        {
            samples.AsSpan((((region.Y + y) * of.Width) + region.X) * channels, length).CopyTo(result.AsSpan(y * length));
        }

        return result;
    }

    private static Region CenterOf(int fullWidth, int fullHeight, int width, int height) =>
        new(HalfToEven(fullWidth - width), HalfToEven(fullHeight - height), width, height);

    private static int HalfToEven(int margin) => (int)Math.Round(margin / 2.0, MidpointRounding.ToEven);
}
