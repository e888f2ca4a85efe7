namespace Fovea.Training.Data;

/// <summary>Recognises data given as one file.</summary>
internal static class FileLayouts
{
    public static DataLayout Detect(string path, DatasetOptions options)
    {
        string name = Path.GetFileName(path);
        if (DataFiles.IsTable(name))
        {
            return DataLayout.FromTable(Beside(path, options), name, options);
        }

        if (DataFiles.IsIdx(name))
        {
            FileTree tree = Beside(path, options);
            return IdxArrays.IsImages(name)
                ? new DataLayout("IDX", null, null, () => IdxArrays.Open(tree, name, options))
                : throw new DataException($"{path}: these are labels; give the file of pictures (its name has idx3).");
        }

        byte[] head = Head(path);
        if (ArchiveFile.TryOpen(path, head, options) is { } archive)
        {
            return DataLayout.Detect(archive, options);
        }

        if (name.EndsWith(".bin", StringComparison.OrdinalIgnoreCase))
        {
            FileTree tree = Beside(path, options);
            return new DataLayout("CIFAR-10 binary", null, null, () => CifarBinary.Open(tree, [name], options));
        }

        throw new DataException(
            $"{path}: expected a .tar, .tar.gz, .zip, .csv, a CIFAR-10 .bin or an IDX file, got a file that starts with "
            + $"{Convert.ToHexString(head.AsSpan(0, Math.Min(8, head.Length)))}.");
    }

    /// <summary>The files of an archive.</summary>
    /// <exception cref="DataException">It is none, or cannot be read.</exception>
    public static FileTree OpenArchive(string path, DatasetOptions options) => ArchiveFile.TryOpen(path, Head(path), options)
        ?? throw new DataException($"{path}: expected a .tar, .tar.gz or .zip, got a file of another kind; download it again.");

    private static PagedTree Beside(string path, DatasetOptions options) =>
        new(DirectoryTree.WithoutList(Path.GetDirectoryName(Path.GetFullPath(path))!, options.MemoryLimit));

    private static byte[] Head(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] head = new byte[512];
            return head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: the file cannot be read: {e.Message}", e);
        }
    }
}
