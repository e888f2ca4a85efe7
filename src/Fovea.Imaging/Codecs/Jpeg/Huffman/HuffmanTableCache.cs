namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// Keeps tables that were built before. Most encoders write the same four example tables into every file, and on a 32x32
/// picture building them takes longer than decoding.
/// </summary>
internal static class HuffmanTableCache
{
    private const int Slots = 64;

    // Entries are immutable and replaced whole, so that a racing reader sees an old one or a new one.
    private static readonly Entry?[] s_entries = new Entry?[Slots];

    /// <summary>The table of a definition, built or found.</summary>
    /// <param name="isDc">The class of the table.</param>
    /// <param name="definition">16 counts and then the symbols.</param>
    public static HuffmanTable Get(bool isDc, ReadOnlySpan<byte> definition)
    {
        uint hash = isDc ? 1u : 2u;
        foreach (byte b in definition)
        {
            hash = (hash ^ b) * 16777619u;
        }

        ref Entry? slot = ref s_entries[(hash ^ hash >> 16) % Slots];
        Entry? found = slot;
        if (found is not null && found.IsDc == isDc && definition.SequenceEqual(found.Definition))
        {
            return found.Table;
        }

        HuffmanTable table = new(isDc, definition[..16], definition[16..]);
        slot = new Entry(isDc, definition.ToArray(), table);
        return table;
    }

    private sealed record Entry(bool IsDc, byte[] Definition, HuffmanTable Table);
}
