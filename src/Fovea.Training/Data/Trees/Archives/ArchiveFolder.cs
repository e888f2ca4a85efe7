namespace Fovea.Training.Data;

/// <summary>A folder that holds its data in archives.</summary>
internal static class ArchiveFolder
{
    /// <summary>
    /// The layout of a folder that has archives and no data beside them: <c>train.tar.gz</c> and <c>val.zip</c>, or one for each class, or one for the
    /// pictures and one for their masks. Null when it is no such folder.
    /// </summary>
    /// <exception cref="DataException">Two archives have one name, or one cannot be read.</exception>
    public static DataLayout? Detect(string folder, DatasetOptions options)
    {
        (string Stem, string Path)[] archives = [.. Directory.EnumerateFiles(folder)
            .Where(f => !PassedOver.IsHidden(Path.GetFileName(f)))
            .Select(f => (Stem: ArchiveFile.StemOf(f), Path: f)).Where(a => a.Stem is not null).Select(a => (a.Stem!, a.Path)).Order()];
        if (archives.Length == 0 || HasData(new DirectoryTree(folder, options.MemoryLimit, options.Output), options))
        {
            return null;
        }

        if (archives.GroupBy(a => a.Stem, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new DataException($"{folder}: expected one archive of each name, got {string.Join(" and ", twice.Select(a => Path.GetFileName(a.Path)))}; take one away.");
        }

        string? Named(string[] names) => names.Select(n => archives.FirstOrDefault(a => a.Stem.Equals(n, StringComparison.OrdinalIgnoreCase)).Path).FirstOrDefault(p => p is not null);
        if (Named(PartFolders.TrainNames) is { } train && Named(PartFolders.ValNames) is { } val)
        {
            // Each is opened when its part is: the other may take half of the memory.
            var parts = (Train: new Lazy<DataLayout>(() => FileLayouts.Detect(train, options)), Val: new Lazy<DataLayout>(() => FileLayouts.Detect(val, options)));
            return new DataLayout(
                $"{Path.GetFileName(train)} and {Path.GetFileName(val)}",
                () => parts.Train.Value.Open(DataSplit.Train), () => parts.Val.Value.Open(DataSplit.Val), null);
        }

        return DataLayout.Detect(new JoinedTree(folder, archives.Select(a => KeyValuePair.Create(a.Stem, FileLayouts.OpenArchive(a.Path, options)))), options);
    }

    private static bool HasData(DirectoryTree tree, DatasetOptions options) => tree.Files.Any(f => tree.IsImage(f, options) || DataFiles.IsData(f));
}
