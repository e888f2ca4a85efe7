using System.Globalization;
using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>The values of a mask, whatever form its file has: indices, grey in as many channels as an editor wrote, or colours that a table names.</summary>
internal static class MaskPixels
{
    private const int ColoursShown = 5;

    /// <summary>The one value of each pixel, unscaled, or the class of its colour. An alpha channel does not count.</summary>
    /// <param name="stored">The mask.</param>
    /// <param name="colors">Which class each colour stands for; null where the mask holds numbers.</param>
    /// <returns>A picture of one channel.</returns>
    /// <exception cref="ImageException">
    /// The channels differ, so the mask holds colours, or there are values that are no indices; with a table, a colour is not in it.
    /// </exception>
    public static Image Of(StoredImage stored, MaskColorTable? colors = null)
    {
        if (colors is not null)
        {
            return ColorPixels.Of(stored, colors);
        }

        int channels = stored.Channels, colours = channels >= 3 ? 3 : 1;
        ushort[] values = new ushort[stored.Samples.Length / channels];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<ushort> pixel = stored.Samples.AsSpan(i * channels, colours);
            values[i] = !pixel.ContainsAnyExcept(pixel[0]) ? pixel[0] : throw Colours(stored);
        }

        return new Image(stored.Width, stored.Height, PixelFormat.Grey, ToBytes(values, stored.Width));
    }

    private static byte[] ToBytes(ushort[] values, int width)
    {
        int largest = values.Max();
        if (largest <= byte.MaxValue)
        {
            return Array.ConvertAll(values, v => (byte)v);
        }

        // Black and white in 16 bits: what 0 and 255 are in 8.
        if (!values.AsSpan().ContainsAnyExcept((ushort)0, (ushort)largest))
        {
            return Array.ConvertAll(values, v => v == 0 ? (byte)0 : byte.MaxValue);
        }

        int first = Array.FindIndex(values, v => v > byte.MaxValue);
        throw new ImageException(ImageError.Unsupported, string.Create(CultureInfo.InvariantCulture,
            $"expected a mask of classes 0 to 254, got {values.Distinct().Count()} values up to {largest}, the first above 255 at {first % width},{first / width}."));
    }

    private static ImageException Colours(StoredImage stored)
    {
        var found = new Dictionary<(ushort R, ushort G, ushort B), int>();
        for (int i = 0; i < stored.Samples.Length; i += stored.Channels)
        {
            (ushort, ushort, ushort) colour = (stored.Samples[i], stored.Samples[i + 1], stored.Samples[i + 2]);
            found[colour] = found.GetValueOrDefault(colour) + 1;
        }

        string few = string.Join(", ", found.OrderByDescending(f => f.Value).Take(ColoursShown).Select(f => $"({f.Key.R}, {f.Key.G}, {f.Key.B})"));
        return new ImageException(ImageError.Unsupported,
            $"expected the numbers of classes in one channel or in channels that agree, got a mask of {found.Count} colours: {few}{(found.Count > ColoursShown ? ", …" : string.Empty)}; "
            + "say what they mean with --mask-colors, or save it with a palette or with a number for each class.");
    }
}
