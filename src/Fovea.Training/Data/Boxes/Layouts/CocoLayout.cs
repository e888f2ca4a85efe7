namespace Fovea.Training.Data;

/// <summary>
/// Finds COCO's files: <c>annotations/instances_train2017.json</c> beside <c>train2017/</c> or <c>images/train2017/</c>, a file for each part with any such
/// name, or <c>_annotations.coco.json</c> among the pictures of a part.
/// </summary>
internal static class CocoLayout
{
    private const string Folder = "annotations/";
    private const string Instances = "instances_";
    private const string Among = "_annotations.coco.json";

    /// <summary>The layout, or null when the tree has no such files.</summary>
    public static DataLayout? Find(FileTree tree, DatasetOptions options)
    {
        Entry[] entries = [.. Entries(tree, options)];
        Entry? train = Of(entries, PartFolders.TrainNames), val = Of(entries, PartFolders.ValNames);
        return train is not null && val is not null ? BoxLayout.Of(tree, $"{train.File} and {val.File}", Part(tree, train, options), Part(tree, val, options), options)
            : (train ?? (entries is [var only] ? only : null)) is { } whole ? BoxLayout.Of(tree, whole.File, Part(tree, whole, options), null, options)
            : null;
    }

    private static IEnumerable<Entry> Entries(FileTree tree, DatasetOptions options)
    {
        string[] files = [.. tree.Files.Where(f => f.EndsWith(".json", StringComparison.OrdinalIgnoreCase))];
        foreach (string file in files.Where(f => f.EndsWith("/" + Among, StringComparison.Ordinal) && f.Count(c => c == '/') == 1))
        {
            string part = file[..file.IndexOf('/', StringComparison.Ordinal)];
            yield return new Entry(file, part, part);
        }

        // Beside the instances lie captions and points of the same pictures.
        string[] inFolder = [.. files.Where(f => f.StartsWith(Folder, StringComparison.OrdinalIgnoreCase) && f.LastIndexOf('/') == Folder.Length - 1)];
        string[] own = [.. inFolder.Where(f => f[Folder.Length..].StartsWith(Instances, StringComparison.Ordinal))];
        foreach (string file in own.Length > 0 ? own : inFolder)
        {
            string name = file[Folder.Length..^".json".Length];
            string part = name.StartsWith(Instances, StringComparison.Ordinal) ? name[Instances.Length..] : name;
            string? pictures = new[] { part, $"images/{part}", "images" }.FirstOrDefault(f => TreeListing.Under(tree.Files, f + "/").Any(p => tree.IsImage(p, options)));
            if (pictures is not null && tree.Head(file).AsSpan().TrimStart("\uFEFF \t\r\n"u8) is [(byte)'{', ..])
            {
                yield return new Entry(file, part, pictures);
            }
        }
    }

    private static Entry? Of(Entry[] entries, string[] names) =>
        names.Select(n => entries.FirstOrDefault(e => e.Part.StartsWith(n, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(e => e is not null);

    private static BoxPart Part(FileTree tree, Entry entry, DatasetOptions options) =>
        new([entry.Pictures.Split('/')[0]], () => CocoBoxes.Read(tree.Under(entry.Pictures), tree, entry.File, options));

    /// <param name="File">The file.</param>
    /// <param name="Part">What it is the part of.</param>
    /// <param name="Pictures">The folder of its pictures.</param>
    private sealed record Entry(string File, string Part, string Pictures);
}
