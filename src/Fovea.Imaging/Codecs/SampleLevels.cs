using System.Globalization;

namespace Fovea.Imaging.Codecs;

/// <summary>
/// The stored values that become black and white, for samples of more than 8 bits: v becomes round(255 · (v − low) / (high − low)), kept to 0–255.
/// A camera of 12 bits that stores 16 uses 0 to 4,095 of 65,535; by the file's own white such a picture would be left with 16 greys. On request the picture
/// keeps (v − low) / (high − low) beside that, with a float32 of its own for each of the 65,536 values.
/// </summary>
/// <param name="Low">What becomes black: 0 to 65,534.</param>
/// <param name="High">What becomes white: above <paramref name="Low"/>, at most 65,535.</param>
/// <param name="KeepsAll">Whether <see cref="Image.Values"/> keeps every stored value apart (default false: 256 shades).</param>
public readonly record struct SampleLevels(int Low, int High, bool KeepsAll = false)
{
    /// <summary>Whether there is such a range.</summary>
    public bool IsValid => Low >= 0 && High > Low && High <= ushort.MaxValue;

    private const string All = "all";

    /// <summary>Reads <c>0:4095</c>, and <c>0:4095:all</c>, which keeps all values.</summary>
    /// <param name="text">Two whole numbers with a colon between them, and perhaps <c>:all</c>.</param>
    /// <param name="levels">The levels.</param>
    /// <returns>Whether the text is such a range, and one that <see cref="IsValid"/>.</returns>
    public static bool TryParse(string text, out SampleLevels levels)
    {
        ArgumentNullException.ThrowIfNull(text);
        levels = default;
        if (text.Split(':') is not [var low, var high, .. var rest] || rest is not ([] or [All])
            || !int.TryParse(low, NumberStyles.None, CultureInfo.InvariantCulture, out int from)
            || !int.TryParse(high, NumberStyles.None, CultureInfo.InvariantCulture, out int to))
        {
            return false;
        }

        levels = new SampleLevels(from, to, rest.Length > 0);
        return levels.IsValid;
    }

    /// <summary>The range as <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Low}:{High}{(KeepsAll ? $":{All}" : string.Empty)}");

    /// <summary>Brings stored samples to 8 bits, and keeps their values where that is wanted. An alpha channel goes by the file's own maximum.</summary>
    /// <param name="stored">Samples that are no indices.</param>
    /// <exception cref="ArgumentException">The levels are no range, or the samples are indices.</exception>
    public Image Apply(StoredImage stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        if (!IsValid || stored.IsIndexed)
        {
            throw new ArgumentException($"levels: expected LOW:HIGH within 0 to 65535 and samples that are no indices, got {this} and {(stored.IsIndexed ? "indices" : "samples")}.");
        }

        byte[] pixels = new byte[stored.Samples.Length];
        float[]? values = KeepsAll ? new float[pixels.Length] : null;
        int channels = stored.Channels, alpha = channels is 2 or 4 ? channels - 1 : -1;
        int range = High - Low;
        for (int i = 0; i < stored.Samples.Length; i++)
        {
            int sample = stored.Samples[i];
            (int value, int most) = i % channels == alpha ? (Math.Min(sample, stored.Maximum), stored.Maximum) : (Math.Clamp(sample, Low, High) - Low, range);
            pixels[i] = Scaled(value, most);
            if (values is not null)
            {
                values[i] = (float)value / most;
            }
        }

        return new Image(stored.Width, stored.Height, stored.Format, pixels, values);
    }

    private static byte Scaled(int value, int most) => (byte)((255 * value + most / 2) / most);
}
