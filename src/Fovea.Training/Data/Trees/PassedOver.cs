namespace Fovea.Training.Data;

/// <summary>What is no data, whatever lies in it: hidden names, what systems leave in folders, and what a run or an evaluation wrote.</summary>
internal static class PassedOver
{
    // Thumbnails, bins and caches that file managers, network drives and notebooks put beside people's files.
    private static readonly string[] s_systemNames =
    [
        "__MACOSX", "@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found", "__pycache__", "Thumbs.db", "ehthumbs.db", "desktop.ini",
    ];

    // A run that is at work has both of the first; a finished evaluation has all of the second; trials have a file of their own name.
    private static readonly string[][] s_marks =
    [
        ["config.json", "status.json"], ["report.html", "predictions.csv", "confusion.csv"], [DryRun.Mark], [LearningRateFinder.Mark], [FoldsRecord.Name],
    ];

    /// <summary>Whether a file or a folder of this name is never looked at.</summary>
    public static bool IsHidden(string name) => name.StartsWith('.') || s_systemNames.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The folders that hold what runs and evaluations wrote, and folders of nothing but such; only the topmost of each.</summary>
    /// <param name="files">The paths of all files.</param>
    /// <param name="folders">The paths of all folders.</param>
    public static SortedSet<string> Outputs(IReadOnlyCollection<string> files, IReadOnlyCollection<string> folders)
    {
        var marks = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string file in files)
        {
            string name = NameOf(file);
            if (s_marks.Any(m => m.Contains(name)))
            {
                Add(marks, ParentOf(file), name);
            }
        }

        HashSet<string> outputs = [.. marks.Where(m => m.Key.Length > 0 && s_marks.Any(all => all.All(m.Value.Contains))).Select(m => m.Key)];
        if (outputs.Count == 0 && !folders.Contains("runs/predict"))
        {
            return [];
        }

        // A root of outputs holds folders of outputs and no files of its own. The masks that predict writes have no mark but their place.
        HashSet<string> withFiles = [.. files.Select(ParentOf)];
        var inner = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            Add(inner, ParentOf(folder), folder);
        }

        foreach (string folder in folders.OrderByDescending(f => f.Count(c => c == '/')))
        {
            bool isRoot = !withFiles.Contains(folder) && inner.TryGetValue(folder, out List<string>? below) && below.TrueForAll(outputs.Contains);
            if (isRoot || folder == "runs/predict" || folder.EndsWith("/runs/predict", StringComparison.Ordinal))
            {
                outputs.Add(folder);
            }
        }

        return new SortedSet<string>(outputs.Where(o => !IsWithin(ParentOf(o), outputs)), StringComparer.Ordinal);
    }

    /// <summary>Whether a path, or a folder above it, is among folders.</summary>
    public static bool IsWithin(string path, ICollection<string> folders)
    {
        for (; folders.Count > 0 && path.Length > 0; path = ParentOf(path))
        {
            if (folders.Contains(path))
            {
                return true;
            }
        }

        return false;
    }

    private static void Add(Dictionary<string, List<string>> lists, string key, string value)
    {
        if (!lists.TryGetValue(key, out List<string>? list))
        {
            lists.Add(key, list = []);
        }

        list.Add(value);
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string ParentOf(string path) => path.LastIndexOf('/') is > 0 and int slash ? path[..slash] : "";
}
