using System.Buffers;
using System.Runtime.CompilerServices;

namespace Fovea.Imaging.Transforms;

/// <summary>Resizes a region in two passes, rows first, each rounding to 8 bits; computes only the wanted window of the result.</summary>
internal static class Resampler
{
    private const int Half = 1 << (ResampleAxis.Precision - 1);

    /// <summary>Resizes <paramref name="region"/> to width x height and returns <paramref name="window"/> of that.</summary>
    public static Image Run(Image image, Region region, int width, int height, Region window, ResizeFilter filter)
    {
        bool horizontal = width != region.Width || window.Width != width;
        bool vertical = height != region.Height || window.Height != height;
        ResampleAxis? columns = horizontal ? ResampleAxis.Create(filter, region.Width, width, window.X, window.Width) : null;
        ResampleAxis? rows = vertical ? ResampleAxis.Create(filter, region.Height, height, window.Y, window.Height) : null;
        int channels = image.Channels;
        int firstRow = rows?.First ?? 0;
        int endRow = rows?.End ?? region.Height;

        var source = new Plane(image.Pixels, image.Width * channels, region.X * channels, region.Y + firstRow);
        byte[]? between = null;
        try
        {
            var result = new Image(window.Width, window.Height, image.Format);
            if (columns is not null)
            {
                int stride = window.Width * channels;
                byte[] target = rows is null ? result.Pixels : between = ArrayPool<byte>.Shared.Rent(checked((endRow - firstRow) * stride));
                for (int y = 0; y < endRow - firstRow; y++)
                {
                    Horizontal(source.Row(y, region.Width * channels), target.AsSpan(y * stride, stride), columns, channels);
                }

                source = new Plane(target, stride, 0, 0);
            }

            if (rows is not null)
            {
                for (int y = 0; y < window.Height; y++)
                {
                    Vertical(source, rows, y, firstRow, result.Row(y));
                }
            }

            return result;
        }
        finally
        {
            if (between is not null)
            {
                ArrayPool<byte>.Shared.Return(between);
            }
        }
    }

    /// <summary>Rows of bytes at a stride, from an offset.</summary>
    private readonly record struct Plane(byte[] Bytes, int Stride, int Offset, int FirstRow)
    {
        public int Start(int y) => (FirstRow + y) * Stride + Offset;

        public ReadOnlySpan<byte> Row(int y, int length) => Bytes.AsSpan(Start(y), length);
    }

    private static void Horizontal(ReadOnlySpan<byte> source, Span<byte> target, ResampleAxis axis, int channels)
    {
        int[] starts = axis.Starts, counts = axis.Counts;
        for (int i = 0, at = 0; i < starts.Length; i++, at += channels)
        {
            ReadOnlySpan<int> weights = axis.Weights.AsSpan(i * axis.Stride, counts[i]);
            ReadOnlySpan<byte> pixels = source.Slice(starts[i] * channels, counts[i] * channels);
            Span<byte> pixel = target.Slice(at, channels);
            switch (channels)
            {
                case 1:
                    pixel[0] = Sum1(pixels, weights);
                    break;
                case 2:
                    Sum2(pixels, weights, pixel);
                    break;
                case 3:
                    Sum3(pixels, weights, pixel);
                    break;
                default:
                    Sum4(pixels, weights, pixel);
                    break;
            }
        }
    }

    private static byte Sum1(ReadOnlySpan<byte> pixels, ReadOnlySpan<int> weights)
    {
        int sum = Half;
        pixels = pixels[..weights.Length];
        for (int j = 0; j < weights.Length; j++)
        {
            sum += pixels[j] * weights[j];
        }

        return Clip(sum);
    }

    private static void Sum2(ReadOnlySpan<byte> pixels, ReadOnlySpan<int> weights, Span<byte> pixel)
    {
        int s0 = Half, s1 = Half;
        foreach (int weight in weights)
        {
            s1 += pixels[1] * weight;
            s0 += pixels[0] * weight;
            pixels = pixels[2..];
        }

        pixel[1] = Clip(s1);
        pixel[0] = Clip(s0);
    }

    private static void Sum3(ReadOnlySpan<byte> pixels, ReadOnlySpan<int> weights, Span<byte> pixel)
    {
        int s0 = Half, s1 = Half, s2 = Half;
        foreach (int weight in weights)
        {
            s2 += pixels[2] * weight;
            s1 += pixels[1] * weight;
            s0 += pixels[0] * weight;
            pixels = pixels[3..];
        }

        pixel[2] = Clip(s2);
        pixel[1] = Clip(s1);
        pixel[0] = Clip(s0);
    }

    private static void Sum4(ReadOnlySpan<byte> pixels, ReadOnlySpan<int> weights, Span<byte> pixel)
    {
        int s0 = Half, s1 = Half, s2 = Half, s3 = Half;
        foreach (int weight in weights)
        {
            s3 += pixels[3] * weight;
            s2 += pixels[2] * weight;
            s1 += pixels[1] * weight;
            s0 += pixels[0] * weight;
            pixels = pixels[4..];
        }

        pixel[3] = Clip(s3);
        pixel[2] = Clip(s2);
        pixel[1] = Clip(s1);
        pixel[0] = Clip(s0);
    }

    /// <summary>One row of the result; eight bytes at a time keep their sums in registers while a column of rows is read.</summary>
    private static void Vertical(Plane source, ResampleAxis axis, int y, int firstRow, Span<byte> target)
    {
        ReadOnlySpan<int> weights = axis.Weights.AsSpan(y * axis.Stride, axis.Counts[y]);
        int start = source.Start(axis.Starts[y] - firstRow), stride = source.Stride;
        ReadOnlySpan<byte> bytes = source.Bytes;
        int x = 0;
        for (; x + 8 <= target.Length; x += 8)
        {
            int s0 = Half, s1 = Half, s2 = Half, s3 = Half, s4 = Half, s5 = Half, s6 = Half, s7 = Half;
            int at = start + x;
            foreach (int weight in weights)
            {
                ReadOnlySpan<byte> eight = bytes.Slice(at, 8);
                s0 += eight[0] * weight;
                s1 += eight[1] * weight;
                s2 += eight[2] * weight;
                s3 += eight[3] * weight;
                s4 += eight[4] * weight;
                s5 += eight[5] * weight;
                s6 += eight[6] * weight;
                s7 += eight[7] * weight;
                at += stride;
            }

            Span<byte> result = target.Slice(x, 8);
            result[0] = Clip(s0);
            result[1] = Clip(s1);
            result[2] = Clip(s2);
            result[3] = Clip(s3);
            result[4] = Clip(s4);
            result[5] = Clip(s5);
            result[6] = Clip(s6);
            result[7] = Clip(s7);
        }

        for (; x < target.Length; x++)
        {
            int sum = Half, at = start + x;
            foreach (int weight in weights)
            {
                sum += bytes[at] * weight;
                at += stride;
            }

            target[x] = Clip(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> ResampleAxis.Precision, 0, 255);
}
