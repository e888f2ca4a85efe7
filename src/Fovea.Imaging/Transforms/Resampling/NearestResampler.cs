namespace Fovea.Imaging.Transforms;

/// <summary>
/// Nearest neighbour: target pixel i takes source pixel floor((i + ½) · source / target).
/// The positions are summed up step by step as Pillow does, so that a position on the border of two pixels falls to the same side.
/// </summary>
internal static class NearestResampler
{
    /// <summary>Resizes <paramref name="region"/> to width x height and returns <paramref name="window"/> of that.</summary>
    public static Image Run(Image image, Region region, int width, int height, Region window)
    {
        int[] columns = Positions(region.Width, width, window.X, window.Width);
        int[] rows = Positions(region.Height, height, window.Y, window.Height);
        int channels = image.Channels;
        return new Image(window.Width, window.Height, image.Format, Taken(image.Pixels), image.Values is { } values ? Taken(values) : null);

        T[] Taken<T>(T[] samples)
        {
            T[] result = new T[rows.Length * columns.Length * channels];
            for (int y = 0; y < rows.Length; y++)
            {
                ReadOnlySpan<T> source = samples.AsSpan((((region.Y + rows[y]) * image.Width) + region.X) * channels);
                Gather(source, result.AsSpan(y * columns.Length * channels, columns.Length * channels), columns, channels);
            }

            return result;
        }
    }

    /// <summary>Copies pixels from listed columns; three channels have a loop of their own because a call a pixel costs more than the copy.</summary>
    private static void Gather<T>(ReadOnlySpan<T> source, Span<T> target, int[] columns, int channels)
    {
        switch (channels)
        {
            case 1:
                for (int x = 0; x < columns.Length; x++)
                {
                    target[x] = source[columns[x]];
                }

                break;
            case 3:
                for (int x = 0, at = 0; x < columns.Length; x++, at += 3)
                {
                    ReadOnlySpan<T> from = source.Slice(3 * columns[x], 3);
                    Span<T> to = target.Slice(at, 3);
                    to[2] = from[2];
                    to[1] = from[1];
                    to[0] = from[0];
                }

                break;
            default:
                for (int x = 0, at = 0; x < columns.Length; x++, at += channels)
                {
                    source.Slice(columns[x] * channels, channels).CopyTo(target[at..]);
                }

                break;
        }
    }

    private static int[] Positions(int sourceSize, int targetSize, int first, int count)
    {
        double step = (double)sourceSize / targetSize;
        double position = step * 0.5;
        int[] positions = new int[count];
        for (int i = 0; i < first + count; i++, position += step)
        {
            if (i >= first)
            {
                positions[i - first] = Math.Min((int)position, sourceSize - 1);
            }
        }

        return positions;
    }
}
