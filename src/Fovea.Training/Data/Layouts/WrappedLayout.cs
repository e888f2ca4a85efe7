namespace Fovea.Training.Data;

/// <summary>Looks for a layout in a tree and in the one folder that is wrapped around it, as archives and downloads have it.</summary>
internal static class WrappedLayout
{
    private const int DeepestWrapping = 8;

    /// <summary>The layout, or null when there is none.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="options">Which files are pictures.</param>
    /// <param name="mayHold">Whether the folders right under a folder leave it possible.</param>
    /// <param name="find">Finds the layout right under a tree.</param>
    public static DataLayout? Find(
        FileTree tree, DatasetOptions options, Func<IReadOnlyList<string>, bool> mayHold, Func<FileTree, DatasetOptions, DataLayout?> find)
    {
        for (int depth = 0; depth < DeepestWrapping; depth++)
        {
            if (find(tree, options) is { } found)
            {
                return found;
            }

            IReadOnlyList<string> folders = FolderPerClass.Candidates(tree, options);
            bool isWrapped = folders.Count == 1 && !tree.Files.Any(f => !f.Contains('/') && tree.IsImage(f, options));
            string[] inner = isWrapped ? [folders[0]] : [.. folders.Where(f => mayHold(tree.FoldersUnder(f)) && find(tree.Under(f), options) is not null).Take(2)];
            if (inner.Length != 1)
            {
                return null;
            }

            if (!isWrapped)
            {
                DataLayout layout = find(tree.Under(inner[0]), options)!;
                return layout with { Notes = [.. PartFolders.LeftOut(tree, inner[0] + "/", inner, options), .. layout.Notes] };
            }

            tree = tree.Under(inner[0]);
        }

        return null;
    }
}
