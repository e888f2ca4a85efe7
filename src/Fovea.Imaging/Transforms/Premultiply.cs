namespace Fovea.Imaging.Transforms;

/// <summary>Multiplies colours by their alpha before pixels are mixed, so that invisible ones do not bleed in, and divides afterwards.</summary>
internal static class Premultiply
{
    /// <summary>A copy of a region with every colour sample set to round(sample · alpha / 255).</summary>
    public static Image Apply(Image image, Region region)
    {
        var result = new Image(region.Width, region.Height, image.Format);
        int channels = image.Channels;
        for (int y = 0; y < region.Height; y++)
        {
            ReadOnlySpan<byte> source = image.Row(region.Y + y).Slice(region.X * channels, region.Width * channels);
            Span<byte> target = result.Row(y);
            for (int i = 0; i < target.Length; i += channels)
            {
                int alpha = source[i + channels - 1];
                for (int c = 0; c < channels - 1; c++)
                {
                    int product = source[i + c] * alpha + 128;
                    target[i + c] = (byte)((product + (product >> 8)) >> 8);
                }

                target[i + channels - 1] = (byte)alpha;
            }
        }

        return result;
    }

    /// <summary>Divides in place: min(255, floor(255 · sample / alpha)); samples under alpha 0 stay as they are.</summary>
    public static void Undo(Image image)
    {
        byte[] pixels = image.Pixels;
        int channels = image.Channels;
        for (int i = 0; i < pixels.Length; i += channels)
        {
            int alpha = pixels[i + channels - 1];
            if (alpha is 0 or 255)
            {
                continue;
            }

            for (int c = 0; c < channels - 1; c++)
            {
                pixels[i + c] = (byte)Math.Min(255, 255 * pixels[i + c] / alpha);
            }
        }
    }
}
