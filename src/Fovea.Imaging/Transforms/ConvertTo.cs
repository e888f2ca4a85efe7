namespace Fovea.Imaging.Transforms;

// Other channels of the same picture.
public static partial class ImageTransforms
{
    /// <summary>Converts to another pixel format.</summary>
    /// <remarks>
    /// Grey from colour is ITU-R 601 luma in fixed point as Pillow's mode L: (19595 R + 38470 G + 7471 B + 32768) / 65536. Alpha that the target
    /// lacks is dropped without blending, as Pillow does; alpha that the source lacks is 255.
    /// </remarks>
    /// <param name="image">The picture.</param>
    /// <param name="format">The format wanted; the picture's own gives a copy.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such format.</exception>
    public static Image ConvertTo(this Image image, PixelFormat format)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (!Enum.IsDefined(format))
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "convert: expected Grey, GreyAlpha, Rgb or Rgba.");
        }

        var result = new Image(image.Width, image.Height, format, new byte[image.Pixels.Length / image.Channels * (int)format], Values(image, format));
        ReadOnlySpan<byte> source = image.Pixels;
        Span<byte> target = result.Pixels;
        if (format == image.Format)
        {
            source.CopyTo(target);
            return result;
        }

        int from = image.Channels, to = result.Channels;
        bool colorIn = from >= 3, colorOut = to >= 3, alphaIn = from is 2 or 4, alphaOut = to is 2 or 4;
        for (int i = 0, o = 0; o < target.Length; i += from, o += to)
        {
            if (colorOut)
            {
                target[o] = source[i];
                target[o + 1] = source[colorIn ? i + 1 : i];
                target[o + 2] = source[colorIn ? i + 2 : i];
            }
            else
            {
                target[o] = colorIn ? Luma(source[i], source[i + 1], source[i + 2]) : source[i];
            }

            if (alphaOut)
            {
                target[o + to - 1] = alphaIn ? source[i + from - 1] : (byte)255;
            }
        }

        return result;
    }

    // The same of unrounded samples.
    private static float[]? Values(Image image, PixelFormat format)
    {
        if (image.Values is not { } source)
        {
            return null;
        }

        int from = image.Channels, to = (int)format;
        bool colorIn = from >= 3, colorOut = to >= 3, alphaIn = from is 2 or 4, alphaOut = to is 2 or 4;
        float[] target = new float[source.Length / from * to];
        for (int i = 0, o = 0; o < target.Length; i += from, o += to)
        {
            for (int c = 0; c < (colorOut ? 3 : 1); c++)
            {
                target[o + c] = !colorIn ? source[i] : colorOut || from == to ? source[i + c] : Luma(source[i], source[i + 1], source[i + 2]);
            }

            if (alphaOut)
            {
                target[o + to - 1] = alphaIn ? source[i + from - 1] : 1;
            }
        }

        return target;
    }

    /// <summary>Luma of a colour of unrounded samples.</summary>
    internal static float Luma(float red, float green, float blue) => ((19595 * red) + (38470 * green) + (7471 * blue)) / 65536;

    /// <summary>Luma of a colour; the three weights add up to 65536.</summary>
    internal static byte Luma(int red, int green, int blue) => (byte)((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
}
