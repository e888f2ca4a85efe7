namespace Fovea.Imaging.Transforms;

/// <summary>What <see cref="Resampler"/> does, with samples that are not rounded (<see cref="Image.Values"/>): the same weights, the same two passes, kept to 0–1.</summary>
internal static class ValueResampler
{
    private const float Unit = 1f / (1 << ResampleAxis.Precision);

    /// <summary>Resizes the values of <paramref name="region"/> to width x height and returns those of <paramref name="window"/> of that.</summary>
    public static float[] Run(Image image, Region region, int width, int height, Region window, ResizeFilter filter)
    {
        int channels = image.Channels;
        bool hasAlpha = image.Format is PixelFormat.GreyAlpha or PixelFormat.Rgba;
        float[] source = image.Crop(region).Values!;
        if (hasAlpha)
        {
            Weigh(source, channels, (colour, alpha) => colour * alpha);
        }

        var columns = ResampleAxis.Create(filter, region.Width, width, window.X, window.Width);
        var rows = ResampleAxis.Create(filter, region.Height, height, window.Y, window.Height);
        float[] between = Across(source, columns, region.Height, region.Width * channels, channels);

        // Down the columns: every sample of a row is an item of its own, and the next to be read lies a row further.
        int stride = window.Width * channels;
        float[] result = new float[window.Height * stride];
        for (int y = 0; y < window.Height; y++)
        {
            ReadOnlySpan<int> weights = rows.Weights.AsSpan(y * rows.Stride, rows.Counts[y]);
            Span<float> target = result.AsSpan(y * stride, stride);
            for (int j = 0; j < weights.Length; j++)
            {
                ReadOnlySpan<float> line = between.AsSpan((rows.Starts[y] + j) * stride, stride);
                float weight = weights[j] * Unit;
                for (int x = 0; x < target.Length; x++)
                {
                    target[x] += line[x] * weight;
                }
            }

            Clip(target);
        }

        if (hasAlpha)
        {
            Weigh(result, channels, (colour, alpha) => alpha > 0 ? Math.Min(1, colour / alpha) : colour);
        }

        return result;
    }

    private static float[] Across(float[] source, ResampleAxis axis, int lines, int length, int channels)
    {
        int count = axis.Starts.Length;
        float[] result = new float[lines * count * channels];
        for (int y = 0; y < lines; y++)
        {
            ReadOnlySpan<float> line = source.AsSpan(y * length, length);
            Span<float> target = result.AsSpan(y * count * channels, count * channels);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<int> weights = axis.Weights.AsSpan(i * axis.Stride, axis.Counts[i]);
                for (int c = 0; c < channels; c++)
                {
                    float sum = 0;
                    int at = (axis.Starts[i] * channels) + c;
                    foreach (int weight in weights)
                    {
                        sum += line[at] * (weight * Unit);
                        at += channels;
                    }

                    target[(i * channels) + c] = sum;
                }
            }

            Clip(target);
        }

        return result;
    }

    private static void Weigh(Span<float> samples, int channels, Func<float, float, float> of)
    {
        for (int i = 0; i < samples.Length; i += channels)
        {
            for (int c = 0; c < channels - 1; c++)
            {
                samples[i + c] = of(samples[i + c], samples[i + channels - 1]);
            }
        }
    }

    private static void Clip(Span<float> samples)
    {
        foreach (ref float sample in samples)
        {
            sample = Math.Clamp(sample, 0, 1);
        }
    }
}
