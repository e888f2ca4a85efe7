namespace Fovea.Imaging.Transforms;

/// <summary>
/// Covers a random rectangle, so that a network cannot rely on one part of an object.
/// Source: Zhong et al., "Random Erasing Data Augmentation", 2020; the draws are torchvision's.
/// </summary>
public sealed record RandomErasing
{
    private const int Attempts = 10;

    /// <summary>How often anything is covered (0 to 1, default 0.5).</summary>
    public double Probability { get; init; } = 0.5;

    /// <summary>The smallest part of the area (above 0 to 1, default 0.02).</summary>
    public double MinArea { get; init; } = 0.02;

    /// <summary>The largest part of the area (to 1, default 0.33).</summary>
    public double MaxArea { get; init; } = 0.33;

    /// <summary>The smallest height divided by width (above 0, default 0.3).</summary>
    public double MinAspect { get; init; } = 0.3;

    /// <summary>The largest height divided by width (default 3.3).</summary>
    public double MaxAspect { get; init; } = 3.3;

    /// <summary>Whether the rectangle is filled with noise; else with zeros (default).</summary>
    public bool Noise { get; init; }

    /// <summary>Draws a rectangle, or none.</summary>
    /// <param name="width">The picture's width.</param>
    /// <param name="height">The picture's height.</param>
    /// <param name="random">Where the numbers come from.</param>
    /// <returns>A region smaller than the picture, or null: by chance, or because ten draws did not fit.</returns>
    /// <exception cref="ArgumentException">The options contradict themselves.</exception>
    public Region? Choose(int width, int height, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (!(MinArea > 0 && MinArea <= MaxArea && MaxArea <= 1 && MinAspect > 0 && MinAspect <= MaxAspect && double.IsFinite(MaxAspect)))
        {
            throw new ArgumentException(
                $"random erasing: expected 0 < areas <= 1 and 0 < aspects, in order, got {MinArea} to {MaxArea} and {MinAspect} to {MaxAspect}.");
        }

        if (random.NextDouble() >= Probability)
        {
            return null;
        }

        double full = (double)width * height;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double area = full * random.Between(MinArea, MaxArea);
            double aspect = random.BetweenRatios(MinAspect, MaxAspect);
            double h = Math.Round(Math.Sqrt(area * aspect)), w = Math.Round(Math.Sqrt(area / aspect));
            if (w >= 1 && w < width && h >= 1 && h < height)
            {
                int y = random.Next(height - (int)h + 1);
                int x = random.Next(width - (int)w + 1);
                return new Region(x, y, (int)w, (int)h);
            }
        }

        return null;
    }

    /// <summary>Draws a rectangle and covers it.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="random">Where the numbers come from.</param>
    /// <returns>A new picture, a plain copy if nothing is covered.</returns>
    public Image Apply(Image image, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Choose(image.Width, image.Height, random) is not { } region ? image.Crop(Region.Of(image))
            : Noise ? image.EraseWithNoise(region, random)
            : image.Erase(region);
    }
}
