namespace Fovea.Imaging.Transforms;

/// <summary>Changes brightness, contrast, saturation and hue by random amounts and in random order, as torchvision's ColorJitter does.</summary>
public sealed record ColorJitter
{
    /// <summary>The factor of brightness lies in max(0, 1 − b) to 1 + b (at least 0, default 0: left alone).</summary>
    public double Brightness { get; init; }

    /// <summary>The factor of contrast lies in max(0, 1 − c) to 1 + c (at least 0, default 0: left alone).</summary>
    public double Contrast { get; init; }

    /// <summary>The factor of saturation lies in max(0, 1 − s) to 1 + s (at least 0, default 0: left alone).</summary>
    public double Saturation { get; init; }

    /// <summary>The turn of hue lies in −h to h (0 to 0.5, default 0: left alone).</summary>
    public double Hue { get; init; }

    /// <summary>Draws an order and the amounts, and applies them.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="random">Where the numbers come from: always seven draws, so that one option does not shift another's numbers.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public Image Apply(Image image, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(random);
        if (!(Brightness >= 0 && Contrast >= 0 && Saturation >= 0 && Hue is >= 0 and <= 0.5))
        {
            throw new ArgumentException(
                $"colour jitter: expected amounts of at least 0, and hue of at most 0.5, got {Brightness}, {Contrast}, {Saturation}, {Hue}.");
        }

        Span<int> order = [0, 1, 2, 3];
        for (int i = 3; i > 0; i--)
        {
            int j = random.Next(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        double brightness = Factor(Brightness, random), contrast = Factor(Contrast, random), saturation = Factor(Saturation, random);
        double turn = random.Between(-Hue, Hue);
        Image result = image.Crop(Region.Of(image));
        foreach (int step in order)
        {
            result = step switch
            {
                0 when Brightness > 0 => result.AdjustBrightness(brightness),
                1 when Contrast > 0 => result.AdjustContrast(contrast),
                2 when Saturation > 0 => result.AdjustSaturation(saturation),
                3 when Hue > 0 => result.AdjustHue(turn),
                _ => result,
            };
        }

        return result;
    }

    private static double Factor(double amount, IRandomSource random) => random.Between(Math.Max(0, 1 - amount), 1 + amount);
}
