using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>Operations on the levels of a picture, channel by channel, as Pillow's ImageOps and ImageEnhance have them. Alpha is kept.</summary>
internal static class ToneCurves
{
    /// <summary>Keeps the highest bits of each sample.</summary>
    public static Image Posterize(Image image, int bits)
    {
        int mask = ~((1 << (8 - bits)) - 1);
        return Map(image, (_, v) => (byte)(v & mask));
    }

    /// <summary>Inverts the samples that reach a threshold.</summary>
    public static Image Solarize(Image image, double threshold) => Map(image, (_, v) => (byte)(v < threshold ? v : 255 - v));

    /// <summary>Stretches each channel from its own lowest and highest level to 0 and 255.</summary>
    public static Image AutoContrast(Image image)
    {
        int[][] counts = Count(image);
        return Map(image, (channel, v) =>
        {
            int low = Array.FindIndex(counts[channel], n => n > 0), high = Array.FindLastIndex(counts[channel], n => n > 0);
            return (byte)(high <= low ? v : Math.Clamp((v - low) * 255 / (high - low), 0, 255));
        });
    }

    /// <summary>Spreads each channel's levels so that each is about as frequent as the next.</summary>
    public static Image Equalize(Image image)
    {
        int[][] counts = Count(image);
        int[][] tables = new int[counts.Length][];
        for (int c = 0; c < counts.Length; c++)
        {
            int total = counts[c].Sum(), last = counts[c][Array.FindLastIndex(counts[c], n => n > 0)];
            int step = (total - last) / 255, sum = step / 2;
            tables[c] = new int[256];
            for (int v = 0; v < 256; v++)
            {
                tables[c][v] = step == 0 ? v : Math.Min(255, sum / step);
                sum += counts[c][v];
            }
        }

        return Map(image, (channel, v) => (byte)tables[channel][v]);
    }

    /// <summary>
    /// A blend of the smoothed picture (kernel 1 1 1, 1 5 1, 1 1 1 over 13; the rim as it is) and the picture: 0 smooth, 1 the same,
    /// 2 sharper.
    /// </summary>
    public static Image Sharpen(Image image, double factor)
    {
        int width = image.Width, height = image.Height, channels = image.Channels, stride = width * channels;
        var result = new Image(width, height, image.Format, [.. image.Pixels]);
        byte[] source = image.Pixels, target = result.Pixels;
        for (int y = 1; y < height - 1; y++)
        {
            for (int x = 1; x < width - 1; x++)
            {
                for (int c = 0; c < Colors(image); c++)
                {
                    int at = y * stride + x * channels + c;
                    int sum = 4 * source[at];
                    for (int line = at - stride; line <= at + stride; line += stride)
                    {
                        sum += source[line - channels] + source[line] + source[line + channels];
                    }

                    double smooth = Math.Floor(sum / 13.0 + 0.5);
                    target[at] = (byte)Math.Clamp(smooth + factor * (source[at] - smooth), 0, 255);
                }
            }
        }

        return result;
    }

    private static int Colors(Image image) => image.Channels is 2 or 4 ? image.Channels - 1 : image.Channels;

    private static int[][] Count(Image image)
    {
        int[][] counts = new int[Colors(image)][];
        for (int c = 0; c < counts.Length; c++)
        {
            counts[c] = new int[256];
            for (int i = c; i < image.Pixels.Length; i += image.Channels)
            {
                counts[c][image.Pixels[i]]++;
            }
        }

        return counts;
    }

    // Each channel has 256 levels: the function is asked once for each, not once for each pixel.
    private static Image Map(Image image, Func<int, int, byte> level)
    {
        var result = new Image(image.Width, image.Height, image.Format, [.. image.Pixels]);
        Span<byte> pixels = result.Pixels;
        Span<byte> table = stackalloc byte[256];
        for (int c = 0; c < Colors(image); c++)
        {
            for (int v = 0; v < 256; v++)
            {
                table[v] = level(c, v);
            }

            for (int i = c; i < pixels.Length; i += image.Channels)
            {
                pixels[i] = table[pixels[i]];
            }
        }

        return result;
    }
}
