using System.Text;

namespace Fovea.Training.Data;

/// <summary>The names in a tree, without what <see cref="PassedOver"/> finds among them.</summary>
internal sealed class TreeListing
{
    private readonly List<string> _folders;
    private readonly Lazy<Dictionary<string, string>> _byNormalForm;

    /// <summary>Sorts names and takes out those that are no data.</summary>
    /// <param name="files">The paths of files, no two alike.</param>
    /// <param name="folders">The paths of folders; those that files lie in may be missing.</param>
    /// <param name="output">The folder that the coming run writes into, relative to the tree; null when it lies elsewhere.</param>
    public TreeListing(IReadOnlyCollection<string> files, IEnumerable<string> folders, string? output = null)
    {
        var all = new HashSet<string>(folders, StringComparer.Ordinal);
        foreach (string file in files)
        {
            for (int slash = file.LastIndexOf('/'); slash > 0 && all.Add(file[..slash]); slash = file.LastIndexOf('/', slash - 1))
            {
            }
        }

        SortedSet<string> left = PassedOver.Outputs(files, all);
        if (output is not null && all.Contains(output) && !PassedOver.IsWithin(output, left))
        {
            left.Add(output);
        }

        Files = Kept(files, left);
        _folders = Kept(all, left);
        Notes = left.Count == 0 ? [] : [$"left out {string.Join(", ", left.Select(f => f + "/"))}: what runs have written is no class."];
        _byNormalForm = new(() =>
        {
            var found = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string file in Files.Where(f => !Ascii.IsValid(f)))
            {
                found.TryAdd(NormalForm.Of(file), file);
            }

            return found;
        });
    }

    /// <summary>Every file, in ordinal order.</summary>
    public List<string> Files { get; }

    /// <summary>What was left out, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The folders right under the root.</summary>
    public IReadOnlyList<string> TopFolders => [.. _folders.Where(f => !f.Contains('/'))];

    /// <summary>The folders right under a folder.</summary>
    public IReadOnlyList<string> FoldersUnder(string folder)
    {
        string prefix = folder + "/";
        return [.. Under(_folders, prefix).Where(f => f.IndexOf('/', prefix.Length) < 0).Select(f => f[prefix.Length..])];
    }

    /// <summary>Those of sorted paths that begin so: they lie together.</summary>
    public static IEnumerable<string> Under(IReadOnlyList<string> sorted, string prefix)
    {
        int low = 0, high = sorted.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(sorted[middle], prefix) < 0 ? (middle + 1, high) : (low, middle);
        }

        for (; low < sorted.Count && sorted[low].StartsWith(prefix, StringComparison.Ordinal); low++)
        {
            yield return sorted[low];
        }
    }

    /// <summary>The file whose name is the same but for the way its letters are composed; null when there is none.</summary>
    public string? InNormalForm(string path) => Ascii.IsValid(path) ? null : _byNormalForm.Value.GetValueOrDefault(NormalForm.Of(path));

    private static List<string> Kept(IEnumerable<string> paths, SortedSet<string> left)
    {
        List<string> kept = [.. paths.Where(p => !PassedOver.IsWithin(p, left))];
        kept.Sort(StringComparer.Ordinal);
        return kept;
    }
}
