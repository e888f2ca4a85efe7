namespace Fovea.Imaging.Transforms;

// Covered regions.
public static partial class ImageTransforms
{
    /// <summary>Covers a region with a colour.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="region">What to cover, inside the picture.</param>
    /// <param name="fill">One sample for all channels, one a channel, or none for zeros.</param>
    /// <exception cref="ArgumentException">The region leaves the picture, or the colour has another length.</exception>
    public static Image Erase(this Image image, Region region, ReadOnlySpan<byte> fill = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        region.CheckInside(image, "erase");
        Image result = Crop(image, Region.Of(image));
        Fill(result, region, fill, "erase");
        return result;
    }

    /// <summary>Covers a region with noise, every sample drawn on its own.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="region">What to cover, inside the picture.</param>
    /// <param name="random">Where the numbers come from: one <see cref="IRandomSource.Next"/> a sample, row by row.</param>
    /// <exception cref="ArgumentException">The region leaves the picture.</exception>
    public static Image EraseWithNoise(this Image image, Region region, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(random);
        region.CheckInside(image, "erase");
        Image result = Crop(image, Region.Of(image));
        for (int y = 0; y < region.Height; y++)
        {
            foreach (ref byte sample in result.Row(region.Y + y).Slice(region.X * image.Channels, region.Width * image.Channels))
            {
                sample = (byte)random.Next(256);
            }
        }

        return result;
    }
}
