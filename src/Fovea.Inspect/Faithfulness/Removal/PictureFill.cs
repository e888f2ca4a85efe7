using System.Numerics.Tensors;

namespace Fovea.Inspect;

/// <summary>What stands where pixels were removed.</summary>
public enum FillKind
{
    /// <summary>The picture itself, blurred until no shape is left: no new edges come in.</summary>
    Blur,

    /// <summary>The mean colour of the picture.</summary>
    Mean,

    /// <summary>Black.</summary>
    Black,
}

/// <summary>How removed pixels are filled.</summary>
public sealed record PictureFill
{
    /// <summary>What is filled in (default <see cref="FillKind.Blur"/>).</summary>
    public FillKind Kind { get; init; } = FillKind.Blur;

    /// <summary>The deviation of the blur's Gaussian as a share of the picture's longer side, above 0 (default 1/8).</summary>
    public double BlurShare { get; init; } = 0.125;

    /// <summary>What black is in each channel of a normalised picture, −mean/deviation; null (the default) for 0 in all, which is black of pictures that are not normalised.</summary>
    public IReadOnlyList<double>? Black { get; init; }

    /// <summary>Makes the picture that is filled in.</summary>
    /// <param name="pixels">[C, H, W].</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <exception cref="OptionException">The blur is not above 0, or black has another number of channels.</exception>
    public float[] Of(ReadOnlySpan<float> pixels, int channels, int height, int width)
    {
        if (!(BlurShare > 0))
        {
            throw new OptionException("fill", $"blurShare: expected a number above 0, got {BlurShare}.");
        }

        if (Black is { } black && black.Count != channels)
        {
            throw new OptionException("fill", $"black: expected {channels} numbers, one a channel, got {black.Count}.");
        }

        float[] filled = new float[pixels.Length];
        int size = height * width;
        for (int c = 0; c < channels; c++)
        {
            ReadOnlySpan<float> from = pixels.Slice(c * size, size);
            Span<float> to = filled.AsSpan(c * size, size);
            switch (Kind)
            {
                case FillKind.Blur:
                    Blur(from, to, height, width, BlurShare * Math.Max(height, width));
                    break;
                case FillKind.Mean:
                    double sum = 0;
                    foreach (float value in from)
                    {
                        sum += value;
                    }

                    to.Fill((float)(sum / size));
                    break;
                default:
                    to.Fill((float)(Black?[c] ?? 0));
                    break;
            }
        }

        return filled;
    }

    // Rows, then columns; beyond the edge the picture is mirrored, its outermost pixels twice. Each weight is added for a whole row at a time.
    private static void Blur(ReadOnlySpan<float> from, Span<float> to, int height, int width, double deviation)
    {
        int reach = (int)Math.Ceiling(3 * deviation);
        double[] weights = new double[2 * reach + 1];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Exp(-(i - reach) * (double)(i - reach) / (2 * deviation * deviation));
        }

        double total = weights.Sum();
        double[] rows = new double[height * width], mirrored = new double[width + 2 * reach], sum = new double[width];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < mirrored.Length; x++)
            {
                mirrored[x] = from[y * width + Mirrored(x - reach, width)];
            }

            Span<double> row = rows.AsSpan(y * width, width);
            for (int i = 0; i < weights.Length; i++)
            {
                TensorPrimitives.MultiplyAdd<double>(mirrored.AsSpan(i, width), weights[i], row, row);
            }

            TensorPrimitives.Divide<double>(row, total, row);
        }

        for (int y = 0; y < height; y++)
        {
            Array.Clear(sum);
            for (int i = 0; i < weights.Length; i++)
            {
                TensorPrimitives.MultiplyAdd<double>(rows.AsSpan(Mirrored(y + i - reach, height) * width, width), weights[i], sum, sum);
            }

            for (int x = 0; x < width; x++)
            {
                to[y * width + x] = (float)(sum[x] / total);
            }
        }
    }

    private static int Mirrored(int at, int length)
    {
        int period = 2 * length;
        at = ((at % period) + period) % period;
        return at < length ? at : period - 1 - at;
    }
}
