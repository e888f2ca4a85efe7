namespace Fovea.Imaging.Transforms;

/// <summary>What fills a border.</summary>
public enum BorderMode
{
    /// <summary>One colour.</summary>
    Constant,

    /// <summary>The outermost pixel again and again: a a | a b c | c c.</summary>
    Edge,

    /// <summary>The picture mirrored at its outermost pixels, which are not repeated: c b | a b c | b a.</summary>
    Reflect,

    /// <summary>The picture mirrored at its border, so that the outermost pixels appear twice: b a | a b c | c b.</summary>
    Symmetric,
}

// Pictures with a border.
public static partial class ImageTransforms
{
    /// <summary>Adds the same border on all four sides.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="border">Its width in pixels, at least 0.</param>
    /// <param name="mode">What fills it.</param>
    /// <param name="fill">The colour for <see cref="BorderMode.Constant"/>: one sample for all channels, one a channel, or none for zeros.</param>
    /// <exception cref="ArgumentException">A negative border, or a colour of another length.</exception>
    public static Image Pad(this Image image, int border, BorderMode mode = BorderMode.Constant, ReadOnlySpan<byte> fill = default) =>
        Pad(image, border, border, border, border, mode, fill);

    /// <summary>Adds a border.</summary>
    /// <remarks>A mirrored border may be wider than the picture: the reflections go on and on, as numpy's do.</remarks>
    /// <param name="image">The picture.</param>
    /// <param name="left">Columns to add at the left, at least 0.</param>
    /// <param name="top">Rows to add at the top, at least 0.</param>
    /// <param name="right">Columns to add at the right, at least 0.</param>
    /// <param name="bottom">Rows to add at the bottom, at least 0.</param>
    /// <param name="mode">What fills them.</param>
    /// <param name="fill">The colour for <see cref="BorderMode.Constant"/>: one sample for all channels, one a channel, or none for zeros.</param>
    /// <exception cref="ArgumentException">A negative border, or a colour of another length.</exception>
    public static Image Pad(
        this Image image, int left, int top, int right, int bottom, BorderMode mode = BorderMode.Constant, ReadOnlySpan<byte> fill = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (left < 0 || top < 0 || right < 0 || bottom < 0)
        {
            throw new ArgumentException($"pad: expected borders of at least 0 pixels, got {left}, {top}, {right}, {bottom}; crop to take pixels away.");
        }

        int channels = image.Channels;
        var result = new Image(checked(image.Width + left + right), checked(image.Height + top + bottom), image.Format);
        if (mode == BorderMode.Constant)
        {
            Fill(result, Region.Of(result), fill, "pad");
            for (int y = 0; y < image.Height; y++)
            {
                image.Row(y).CopyTo(result.Row(top + y)[(left * channels)..]);
            }

            return result;
        }

        int[] columns = Sources(image.Width, left, result.Width, mode), rows = Sources(image.Height, top, result.Height, mode);
        for (int y = 0; y < rows.Length; y++)
        {
            ReadOnlySpan<byte> source = image.Row(rows[y]);
            Span<byte> target = result.Row(y);
            for (int x = 0; x < columns.Length; x++)
            {
                source.Slice(columns[x] * channels, channels).CopyTo(target[(x * channels)..]);
            }
        }

        return result;
    }

    /// <summary>Which row or column of a picture a place in or outside of it shows.</summary>
    /// <param name="mode">What fills the border; not <see cref="BorderMode.Constant"/>, which shows none.</param>
    /// <param name="at">The place, counted from the picture's first row or column; it may be any number of pixels outside.</param>
    /// <param name="size">The picture's rows or columns, at least 1.</param>
    /// <returns>From 0 to below <paramref name="size"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Another mode.</exception>
    public static int SourceOf(this BorderMode mode, int at, int size) => mode switch
    {
        BorderMode.Edge => Math.Clamp(at, 0, size - 1),
        BorderMode.Reflect => Fold(at, size, 2 * (size - 1)),
        BorderMode.Symmetric => Fold(at, size, 2 * size),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "border: expected Edge, Reflect or Symmetric, which show pixels of the picture; Constant shows its one colour."),
    };

    /// <summary>Where each pixel of the padded axis comes from.</summary>
    private static int[] Sources(int size, int before, int padded, BorderMode mode)
    {
        int[] sources = new int[padded];
        for (int i = 0; i < padded; i++)
        {
            sources[i] = mode.SourceOf(i - before, size);
        }

        return sources;
    }

    /// <summary>Both mirrorings repeat with a period, of which the second half runs backwards.</summary>
    private static int Fold(int at, int size, int period)
    {
        if (period == 0)
        {
            return 0;
        }

        int phase = (at % period + period) % period;
        return phase < size ? phase : period - phase - (period == 2 * size ? 1 : 0);
    }

    /// <summary>Writes a colour over a region.</summary>
    private static void Fill(Image image, Region region, ReadOnlySpan<byte> fill, string op)
    {
        int channels = image.Channels;
        if (fill.Length > 1 && fill.Length != channels)
        {
            throw new ArgumentException($"{op}: expected a fill of 0, 1 or {channels} samples for a {image.Format} picture, got {fill.Length}.", nameof(fill));
        }

        for (int y = 0; y < region.Height; y++)
        {
            Span<byte> row = image.Row(region.Y + y).Slice(region.X * channels, region.Width * channels);
            if (fill.Length < 2)
            {
                row.Fill(fill.Length == 0 ? (byte)0 : fill[0]);
                continue;
            }

            for (int at = 0; at < row.Length; at += channels)
            {
                fill.CopyTo(row[at..]);
            }
        }
    }
}
