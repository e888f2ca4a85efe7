namespace Fovea.Training.Data;

/// <summary>Archives on disk, by what they are and what they are called.</summary>
internal static class ArchiveFile
{
    private static readonly string[] s_endings = [".tar", ".tar.gz", ".tgz", ".zip"];

    /// <summary>The name without the ending of an archive; null when it has none.</summary>
    public static string? StemOf(string path)
    {
        string name = Path.GetFileName(path);
        string? ending = s_endings.Where(e => name.Length > e.Length && name.EndsWith(e, StringComparison.OrdinalIgnoreCase)).MaxBy(e => e.Length);
        return ending is null ? null : name[..^ending.Length];
    }

    /// <summary>Opens an archive that begins so; null when it is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="head">Its first 512 bytes.</param>
    /// <param name="options">How it is opened.</param>
    public static FileTree? TryOpen(string path, ReadOnlySpan<byte> head, DatasetOptions options) => head switch
    {
        // A member, or an archive without any.
        [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] => new PagedTree(ZipTree.Open(path, options)),
        [0x1F, 0x8B, ..] => new PagedTree(TarTree.Open(path, options)),
        { Length: 512 } when TarHeader.ChecksumHolds(head) => new PagedTree(TarTree.Open(path, options)),
        _ => null,
    };
}
