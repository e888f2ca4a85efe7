namespace Fovea.Imaging.Transforms;

/// <summary>
/// Takes a random part of a picture and resizes it: the usual augmentation for classification (torchvision's RandomResizedCrop, Inception's crop).
/// </summary>
public sealed record RandomResizedCrop
{
    private const int Attempts = 10;

    /// <summary>The smallest part of the picture's area (above 0 to 1, default 0.08).</summary>
    public double MinArea { get; init; } = 0.08;

    /// <summary>The largest part of the picture's area (<see cref="MinArea"/> to 1, default 1).</summary>
    public double MaxArea { get; init; } = 1;

    /// <summary>The smallest width divided by height (above 0, default 3/4).</summary>
    public double MinAspect { get; init; } = 3.0 / 4;

    /// <summary>The largest width divided by height (default 4/3).</summary>
    public double MaxAspect { get; init; } = 4.0 / 3;

    /// <summary>Draws a part: the area evenly, the aspect evenly in its logarithm, the place evenly.</summary>
    /// <remarks>After ten draws that do not fit, the largest centred part with an allowed aspect.</remarks>
    /// <param name="width">The picture's width.</param>
    /// <param name="height">The picture's height.</param>
    /// <param name="random">Where the numbers come from.</param>
    /// <returns>A region inside the picture.</returns>
    /// <exception cref="ArgumentException">The options contradict themselves.</exception>
    public Region Choose(int width, int height, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (!(MinArea > 0 && MinArea <= MaxArea && MaxArea <= 1 && MinAspect > 0 && MinAspect <= MaxAspect && double.IsFinite(MaxAspect)))
        {
            throw new ArgumentException(
                $"random resized crop: expected 0 < areas <= 1 and 0 < aspects, in order, got {MinArea} to {MaxArea} and {MinAspect} to {MaxAspect}.");
        }

        double full = (double)width * height;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double area = full * random.Between(MinArea, MaxArea);
            double aspect = random.BetweenRatios(MinAspect, MaxAspect);
            double w = Math.Round(Math.Sqrt(area * aspect)), h = Math.Round(Math.Sqrt(area / aspect));
            if (w >= 1 && w <= width && h >= 1 && h <= height)
            {
                int y = random.Next(height - (int)h + 1);
                int x = random.Next(width - (int)w + 1);
                return new Region(x, y, (int)w, (int)h);
            }
        }

        double own = (double)width / height;
        int fallbackWidth = own > MaxAspect ? Math.Max(1, (int)Math.Round(height * MaxAspect)) : width;
        int fallbackHeight = own < MinAspect ? Math.Max(1, (int)Math.Round(width / MinAspect)) : height;
        return new Region((width - fallbackWidth) / 2, (height - fallbackHeight) / 2, fallbackWidth, fallbackHeight);
    }

    /// <summary>Draws a part and resizes it.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">The width wanted.</param>
    /// <param name="height">The height wanted.</param>
    /// <param name="random">Where the numbers come from.</param>
    /// <param name="filter">The kernel.</param>
    public Image Apply(Image image, int width, int height, IRandomSource random, ResizeFilter filter = ResizeFilter.Bilinear)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Resize(Choose(image.Width, image.Height, random), width, height, filter);
    }
}
