using System.Globalization;
using System.Text;

namespace Fovea.Training.Data;

/// <summary>
/// A table of path and label, a line per picture. A heading that names its columns (path, label, and if there is one, split) is used;
/// without one the first two columns count. Paths are relative to the table.
/// </summary>
internal sealed class CsvTable
{
    private static readonly string[] s_pathNames = ["path", "file", "filename", "file_name", "filepath", "image", "img", "image_path"];
    private static readonly string[] s_labelNames = ["label", "class", "class_name", "category", "target", "y"];
    private static readonly string[] s_splitNames = ["split", "set", "subset"];

    private readonly FileTree _tree;
    private readonly string _source;
    private readonly List<(string Path, string Label, DataSplit? Split)> _rows = [];
    private readonly DatasetOptions _options;

    public CsvTable(FileTree tree, string path, DatasetOptions options)
    {
        _tree = tree;
        _options = options;
        _source = $"{tree.Source}/{path}";
        string folder = path.Contains('/') ? path[..(path.LastIndexOf('/') + 1)] : "";
        List<(int Line, string[] Fields)> rows = CsvText.Parse(tree.Read(path), _source);
        (int pathColumn, int labelColumn, int splitColumn, bool heading) = FindColumns(rows);
        foreach ((int line, string[] fields) in rows.Skip(heading ? 1 : 0))
        {
            int needed = Math.Max(splitColumn, Math.Max(pathColumn, labelColumn));
            if (fields.Length <= needed || fields[pathColumn].Length == 0 || fields[labelColumn].Trim().Length == 0)
            {
                string got = Shorten(string.Join(',', fields));
                throw new DataException($"{_source}: line {line}: expected a path and a label, got {fields.Length} fields: {got}");
            }

            string picture = fields[pathColumn].Replace('\\', '/');
            string place = Join(folder, picture);
            if (place.Length == 0)
            {
                throw new DataException($"{_source}: line {line}: expected the path of a picture, got the folder itself: {Shorten(picture)}");
            }

            string label = TextLines.ClassName(fields[labelColumn]);
            DataSplit? split = splitColumn < 0 ? null : ReadSplit(fields[splitColumn], line);
            _rows.AddRange(tree.PagesOf(Ascii.IsValid(place) ? place : tree.Locate(place) ?? place).Select(p => (p, label, split)));
        }

        if (_rows.Count == 0)
        {
            throw new DataException($"{_source}: expected lines of path,label, got none.");
        }

        Classes = SortClasses(_rows.Select(r => r.Label));
    }

    /// <summary>Labels in ordinal order, or by value when all of them are whole numbers.</summary>
    public string[] Classes { get; }

    public bool HasSplits => _rows.Any(r => r.Split == DataSplit.Train) && _rows.Any(r => r.Split == DataSplit.Val);

    /// <summary>The rows of a split, or all.</summary>
    public IImageDataset Open(DataSplit? split)
    {
        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < Classes.Length; i++)
        {
            labels.Add(Classes[i], i);
        }

        int[] rows = [.. Enumerable.Range(0, _rows.Count).Where(i => split is null || _rows[i].Split == split)];
        string[] names = Names();
        int twice = names.Where((n, i) => n != _rows[i].Path).Count();
        return new ImageList(_tree, [.. rows.Select(i => (_rows[i].Path, labels[_rows[i].Label]))], Classes, _options, _source)
        {
            Names = twice == 0 ? null : [.. rows.Select(i => names[i])],
            Notes = twice == 0 ? [] : [$"{_source}: {(twice == 1 ? "1 row names" : $"{twice} rows name")} a picture that an earlier row names."],
        };
    }

    // A picture that several rows name is told apart by which of them it is: "a.png", "a.png (2)".
    private string[] Names()
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        string Name(string path)
        {
            int count = counts[path] = counts.GetValueOrDefault(path) + 1;
            return count == 1 ? path : string.Create(CultureInfo.InvariantCulture, $"{path} ({count})");
        }

        return [.. _rows.Select(r => Name(r.Path))];
    }

    private static (int Path, int Label, int Split, bool Heading) FindColumns(List<(int Line, string[] Fields)> rows)
    {
        string[] first = rows.Count > 0 ? rows[0].Fields : [];
        int path = Find(first, s_pathNames), label = Find(first, s_labelNames);
        return path >= 0 && label >= 0 ? (path, label, Find(first, s_splitNames), true) : (0, 1, -1, false);
    }

    private static int Find(string[] fields, string[] names) =>
        Array.FindIndex(fields, f => names.Contains(f, StringComparer.OrdinalIgnoreCase));

    private DataSplit ReadSplit(string text, int line) => text.Trim().ToLowerInvariant() switch
    {
        string name when PartFolders.TrainNames.Contains(name) => DataSplit.Train,
        string name when PartFolders.ValNames.Contains(name) => DataSplit.Val,
        _ => throw new DataException($"{_source}: line {line}: expected the split train, val or test, got {Shorten(text)}"),
    };

    // An absolute path stands; "./" and "a/../" are resolved, so that archives, which know plain paths only, find the file.
    private static string Join(string folder, string path)
    {
        if (path.StartsWith('/') || Path.IsPathRooted(path))
        {
            return path;
        }

        var parts = new List<string>();
        foreach (string part in (folder + path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    private static string[] SortClasses(IEnumerable<string> labels)
    {
        string[] classes = [.. labels.Distinct(StringComparer.Ordinal)];
        bool numeric = classes.All(c => int.TryParse(c, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        Array.Sort(classes, numeric ? ByValue : StringComparer.Ordinal.Compare);
        return classes;
    }

    private static int ByValue(string a, string b)
    {
        int order = int.Parse(a, CultureInfo.InvariantCulture).CompareTo(int.Parse(b, CultureInfo.InvariantCulture));
        return order != 0 ? order : string.CompareOrdinal(a, b);
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..77] + "...";
}
