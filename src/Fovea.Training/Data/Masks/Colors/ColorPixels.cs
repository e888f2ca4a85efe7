using System.Globalization;
using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>Turns the colours of a mask into classes.</summary>
internal static class ColorPixels
{
    private const int Shown = 5;

    /// <summary>The class of each pixel; the colours of a palette count, not its indices.</summary>
    /// <exception cref="ImageException">A colour is not in the table; the message says which, and where it stands first.</exception>
    public static Image Of(StoredImage stored, MaskColorTable colors)
    {
        byte[] labels = new byte[stored.Width * stored.Height];
        var strange = new List<int>();
        int first = -1, wrong = 0, last = -1;
        byte? label = null;
        for (int i = 0; i < labels.Length; i++)
        {
            int color = ColorAt(stored, i);
            if (color != last)
            {
                (last, label) = (color, colors.Find(color));
            }

            if (label is { } found)
            {
                labels[i] = found;
                continue;
            }

            wrong++;
            first = first < 0 ? i : first;
            if (strange.Count <= Shown && !strange.Contains(color))
            {
                strange.Add(color);
            }
        }

        return wrong == 0 ? new Image(stored.Width, stored.Height, PixelFormat.Grey, labels) : throw new ImageException(ImageError.Unsupported, string.Create(
            CultureInfo.InvariantCulture,
            $"{(strange.Count == 1 ? "a colour is" : "colours are")} not in the table of {colors.Count}: {string.Join(", ", strange.Take(Shown).Select(MaskColorTable.Text))}"
            + $"{(strange.Count > Shown ? ", …" : string.Empty)} ({wrong} of {labels.Length} pixels, the first at {first % stored.Width},{first / stored.Width}); "
            + $"add what is missing to the table, as void where it does not count. Masks must not be smoothed or saved as JPEG."));
    }

    private static int ColorAt(StoredImage stored, int pixel)
    {
        if (stored.IsIndexed)
        {
            int at = 3 * stored.Samples[pixel];
            return at + 2 < stored.Palette.Length
                ? (stored.Palette[at] << 16) | (stored.Palette[at + 1] << 8) | stored.Palette[at + 2]
                : throw new ImageException(ImageError.Unsupported, string.Create(CultureInfo.InvariantCulture,
                    $"the index {stored.Samples[pixel]} at {pixel % stored.Width},{pixel / stored.Width} lies beyond the palette of {stored.Palette.Length / 3} colours."));
        }

        ReadOnlySpan<ushort> samples = stored.Samples.AsSpan(pixel * stored.Channels, stored.Channels);
        int red = To8Bits(samples[0], stored.Maximum);
        return stored.Channels < 3
            ? red * 0x010101
            : (red << 16) | (To8Bits(samples[1], stored.Maximum) << 8) | To8Bits(samples[2], stored.Maximum);
    }

    private static int To8Bits(int sample, int maximum) => maximum == byte.MaxValue ? sample : Math.Min(byte.MaxValue, (sample * byte.MaxValue + maximum / 2) / maximum);
}
