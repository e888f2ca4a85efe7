namespace Fovea.Training.Data;

/// <summary>The layout of a folder per class: the first part of a path is the class, pictures may lie in folders below it.</summary>
internal static class FolderPerClass
{
    public static IImageDataset Open(FileTree tree, DatasetOptions options)
    {
        string[] classes = [.. tree.TopFolders];
        var items = new List<(string, int)>(tree.Files.Count);
        int loose = 0;
        foreach (string path in tree.Files)
        {
            if (!options.IsImage(path))
            {
                continue;
            }

            int slash = path.IndexOf('/');
            int label = slash < 0 ? -1 : Array.BinarySearch(classes, path[..slash], StringComparer.Ordinal);
            if (label < 0)
            {
                loose++;
                continue;
            }

            items.Add((path, label));
        }

        if (items.Count == 0)
        {
            throw new DataException(
                $"{tree.Source}: expected a folder per class with pictures in it, got {classes.Length} folders and {loose} pictures outside of any; "
                + $"pictures end in {string.Join(' ', options.Extensions)}.");
        }

        return new ImageList(tree, [.. items], classes, options.Limits);
    }
}
