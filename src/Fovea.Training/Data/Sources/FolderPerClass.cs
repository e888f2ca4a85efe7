namespace Fovea.Training.Data;

/// <summary>The layout of a folder per class: the first part of a path is the class, pictures may lie in folders below it.</summary>
internal static class FolderPerClass
{
    /// <summary>The folders that may be classes: those with pictures, and those that are empty, as one of them may have been forgotten.</summary>
    public static IReadOnlyList<string> Candidates(FileTree tree, DatasetOptions options)
    {
        // Of a folder with nothing but other files (notes, scripts, a report) nothing can be learnt, and nobody meant it to be.
        var filled = new HashSet<string>(StringComparer.Ordinal);
        var pictured = new HashSet<string>(StringComparer.Ordinal);
        foreach (string file in tree.Files)
        {
            if (file.IndexOf('/') is > 0 and int slash && file[..slash] is string folder && !pictured.Contains(folder))
            {
                filled.Add(folder);
                if (tree.IsImage(file, options) || DataFiles.IsData(file))
                {
                    pictured.Add(folder);
                }
            }
        }

        return [.. tree.TopFolders.Where(f => pictured.Contains(f) || !filled.Contains(f))];
    }

    /// <summary>Opens the pictures.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="options">Which files are pictures.</param>
    /// <param name="parts">For each class the one folder in it that counts; null where all of the class does.</param>
    /// <exception cref="DataException">There are none.</exception>
    public static IImageDataset Open(FileTree tree, DatasetOptions options, IReadOnlyDictionary<string, string>? parts = null)
    {
        IReadOnlyList<string> folders = Candidates(tree, options);

        // Two folders whose names differ only in how their letters are composed are one class.
        string[] classes = [.. folders.Select(TextLines.ClassName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Dictionary<string, int> byName = classes.Select((name, label) => (name, label)).ToDictionary(c => c.name, c => c.label, StringComparer.Ordinal);
        Dictionary<string, int> labels = folders.ToDictionary(f => f, f => byName[TextLines.ClassName(f)], StringComparer.Ordinal);
        var items = new List<(string, int)>(tree.Files.Count);
        int loose = 0;
        foreach (string path in tree.Files)
        {
            if (!tree.IsImage(path, options))
            {
                continue;
            }

            int slash = path.IndexOf('/');
            if (slash > 0 && labels.TryGetValue(path[..slash], out int label))
            {
                if (parts is null || path.AsSpan(slash + 1).StartsWith($"{parts[path[..slash]]}/", StringComparison.Ordinal))
                {
                    items.Add((path, label));
                }
            }
            else
            {
                loose++;
            }
        }

        if (items.Count == 0)
        {
            throw new DataException(
                $"{tree.Source}: expected a folder per class with pictures in it, got {tree.TopFolders.Count} folders and {loose} pictures outside of any; "
                + $"pictures end in {string.Join(' ', options.Extensions)}.");
        }

        return new ImageList(tree, [.. items], classes, options) { Notes = PartFolders.LeftOut(tree, "a folder per class", folders, options) };
    }
}
