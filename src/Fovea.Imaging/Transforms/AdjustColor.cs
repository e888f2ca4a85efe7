namespace Fovea.Imaging.Transforms;

// Brightness, contrast, saturation and hue, to the level as Pillow has them.
public static partial class ImageTransforms
{
    /// <summary>Scales the brightness: a blend of black and the picture. Alpha is kept. Equals torchvision's <c>adjust_brightness</c> on Pillow images.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="factor">0 is black, 1 the picture, 2 twice as bright; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not finite.</exception>
    public static Image AdjustBrightness(this Image image, double factor) => BlendWith(image, 0, CheckFactor(factor, "brightness"));

    /// <summary>Scales the contrast: a blend of a grey picture (the rounded mean luma) and the picture. Alpha is kept. Equals torchvision's <c>adjust_contrast</c>.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="factor">0 is even grey, 1 the picture; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not finite.</exception>
    public static Image AdjustContrast(this Image image, double factor)
    {
        ArgumentNullException.ThrowIfNull(image);
        float amount = CheckFactor(factor, "contrast");
        ReadOnlySpan<byte> pixels = image.Pixels;
        int channels = image.Channels;
        long sum = 0;
        for (int i = 0; i < pixels.Length; i += channels)
        {
            sum += channels < 3 ? pixels[i] : Luma(pixels[i], pixels[i + 1], pixels[i + 2]);
        }

        double mean = (double)sum / ((long)image.Width * image.Height);
        return BlendWith(image, (int)(mean + 0.5), amount);
    }

    /// <summary>Scales the saturation: a blend of the picture's luma and the picture. Grey stays as it is. Equals torchvision's <c>adjust_saturation</c>.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="factor">0 is grey, 1 the picture, 2 twice as colourful; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not finite.</exception>
    public static Image AdjustSaturation(this Image image, double factor)
    {
        ArgumentNullException.ThrowIfNull(image);
        float amount = CheckFactor(factor, "saturation");
        Image result = Crop(image, Region.Of(image));
        int channels = image.Channels;
        if (channels < 3)
        {
            return result;
        }

        byte[] pixels = result.Pixels;
        for (int i = 0; i + 2 < pixels.Length; i += channels)
        {
            int luma = Luma(pixels[i], pixels[i + 1], pixels[i + 2]);
            pixels[i] = Blend(luma, pixels[i], amount);
            pixels[i + 1] = Blend(luma, pixels[i + 1], amount);
            pixels[i + 2] = Blend(luma, pixels[i + 2], amount);
        }

        return result;
    }

    /// <summary>Turns the colour wheel. Grey stays as it is. Equals torchvision's <c>adjust_hue</c>, with Pillow's 8-bit HSV between.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="turn">Part of a full turn, −0.5 to 0.5; 0 still rounds through HSV, as there.</param>
    /// <exception cref="ArgumentOutOfRangeException">The turn is out of its range.</exception>
    public static Image AdjustHue(this Image image, double turn)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (!(turn is >= -0.5 and <= 0.5))
        {
            throw new ArgumentOutOfRangeException(nameof(turn), turn, "hue: expected a turn of -0.5 to 0.5.");
        }

        Image result = Crop(image, Region.Of(image));
        byte[] pixels = result.Pixels;
        int channels = image.Channels;
        byte shift = (byte)(int)(turn * 255);
        for (int i = 0; channels >= 3 && i < pixels.Length; i += channels)
        {
            (byte hue, byte saturation, byte value) = Hsv.FromRgb(pixels[i], pixels[i + 1], pixels[i + 2]);
            (pixels[i], pixels[i + 1], pixels[i + 2]) = Hsv.ToRgb((byte)(hue + shift), saturation, value);
        }

        return result;
    }

    private static float CheckFactor(double factor, string op) => factor >= 0 && double.IsFinite(factor)
        ? (float)factor
        : throw new ArgumentOutOfRangeException(nameof(factor), factor, $"{op}: expected a factor of at least 0.");

    /// <summary>Blends one level with every sample but alpha: 256 results, looked up.</summary>
    private static Image BlendWith(Image image, int level, float amount)
    {
        ArgumentNullException.ThrowIfNull(image);
        Span<byte> table = stackalloc byte[256];
        for (int v = 0; v < 256; v++)
        {
            table[v] = Blend(level, v, amount);
        }

        var result = new Image(image.Width, image.Height, image.Format);
        ReadOnlySpan<byte> source = image.Pixels;
        Span<byte> target = result.Pixels;
        int channels = image.Channels, colors = channels is 2 or 4 ? channels - 1 : channels;
        for (int i = 0; i < target.Length; i += channels)
        {
            for (int c = 0; c < colors; c++)
            {
                target[i + c] = table[source[i + c]];
            }

            if (colors < channels)
            {
                target[i + colors] = source[i + colors];
            }
        }

        return result;
    }

    /// <summary>level + amount · (sample − level) in float32, clipped and cut, not rounded: Pillow's blend.</summary>
    private static byte Blend(int level, int sample, float amount) => (byte)Math.Clamp(level + amount * (sample - level), 0f, 255f);
}
