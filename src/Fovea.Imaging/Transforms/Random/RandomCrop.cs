namespace Fovea.Imaging.Transforms;

/// <summary>Pads a picture and takes a random part of fixed size: the usual augmentation for CIFAR (padding 4, 32 x 32).</summary>
public sealed record RandomCrop
{
    /// <summary>The border added on every side first, in pixels (at least 0, default 4).</summary>
    public int Padding { get; init; } = 4;

    /// <summary>What fills the border (default: zeros).</summary>
    public BorderMode Mode { get; init; } = BorderMode.Constant;

    /// <summary>Pads and crops: the column is drawn first, then the row, each evenly.</summary>
    /// <param name="image">The picture; with its border at least as large as the result.</param>
    /// <param name="width">The width wanted.</param>
    /// <param name="height">The height wanted.</param>
    /// <param name="random">Where the numbers come from.</param>
    /// <exception cref="ArgumentException">The padded picture is smaller than the result.</exception>
    public Image Apply(Image image, int width, int height, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(random);
        int spareX = image.Width + 2 * Padding - width, spareY = image.Height + 2 * Padding - height;
        if (spareX < 0 || spareY < 0)
        {
            throw new ArgumentException(
                $"random crop: expected at least {width}x{height} pixels, got {image.Width}x{image.Height} with a border of {Padding}; resize or pad more.");
        }

        Image padded = Padding == 0 ? image : image.Pad(Padding, Mode);
        int x = random.Next(spareX + 1);
        int y = random.Next(spareY + 1);
        return padded.Crop(new Region(x, y, width, height));
    }
}
