namespace Fovea.Io.Zip;

/// <summary>What is demanded of an archive beyond being whole, by what it is used for.</summary>
internal sealed record ZipTerms
{
    // What DEFLATE can reach at most: 258 bytes for every two bits.
    private const int DeflateAtBest = 1032;

    /// <summary>Archives of weights: two entries of one name, or a path that leads out, are signs of a hostile or broken file.</summary>
    public static ZipTerms Weights { get; } = new() { MostDirectoryBytes = 64 << 20, FreeInflation = 64 << 20, MostInflation = 64, IsStrict = true };

    /// <summary>Archives of people's files: any names, of which the last entry counts, and sizes that their packed bytes can unpack to.</summary>
    /// <param name="mostDirectoryBytes">The most memory for the list of entries.</param>
    public static ZipTerms Files(long mostDirectoryBytes) => new() { MostDirectoryBytes = Math.Min(mostDirectoryBytes, Array.MaxLength), MostInflation = DeflateAtBest };

    /// <summary>The largest directory.</summary>
    public required long MostDirectoryBytes { get; init; }

    /// <summary>Bytes that all entries together may claim to unpack to, whatever the archive's size.</summary>
    public long FreeInflation { get; init; }

    /// <summary>Bytes that they may claim for each byte of the archive.</summary>
    public required int MostInflation { get; init; }

    /// <summary>Whether names that lead out of the archive, or are there twice, are refused.</summary>
    public bool IsStrict { get; init; }
}
