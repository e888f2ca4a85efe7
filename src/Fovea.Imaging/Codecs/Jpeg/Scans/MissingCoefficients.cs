namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>Says which coefficients of a progressive picture were not sent, or not to their last bit.</summary>
internal static class MissingCoefficients
{
    /// <summary>A list of what is missing, component by component; empty if nothing is.</summary>
    public static string Describe(JpegFrame frame) =>
        string.Join("; ", frame.Components.Select(c => (c.Id, Text: Describe(c))).Where(c => c.Text.Length > 0).Select(c => $"component {c.Id}: {c.Text}"));

    private static string Describe(JpegComponent component)
    {
        if (component.Quant is null)
        {
            return "nothing was sent";
        }

        var parts = new List<string>();
        sbyte[] bits = component.MissingBits ?? [];
        for (int first = 0, last; first < bits.Length; first = last + 1)
        {
            // DC is named apart from the band that begins behind it.
            last = first;
            while (first > 0 && last + 1 < bits.Length && bits[last + 1] == bits[first])
            {
                last++;
            }

            if (bits[first] != 0)
            {
                string what = first == 0 ? "DC" : first == last ? $"coefficient {first}" : $"coefficients {first} to {last}";
                parts.Add(bits[first] < 0 ? $"{what} not sent" : $"{what} without {bits[first]} low {(bits[first] == 1 ? "bit" : "bits")}");
            }
        }

        return string.Join(", ", parts);
    }
}
