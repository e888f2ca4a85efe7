using System.Globalization;

namespace Fovea.Training.Data;

/// <summary>
/// Which class a colour in a mask stands for. Classes are numbered in the order in which the table first names them; several colours may be
/// one class, and those named void, ignore or unlabeled do not count.
/// </summary>
public sealed class MaskColorTable
{
    private const int LargestFile = 1 << 20;
    private static readonly string[] s_voids = ["void", "ignore", "ignored", "unlabeled", "unlabelled"];
    private readonly Dictionary<int, byte> _labels = [];
    private readonly List<(int Color, string Name)> _entries;

    private MaskColorTable(List<(int Color, string Name)> entries, IReadOnlyList<string> classes)
    {
        _entries = entries;
        Classes = classes;
        Dictionary<string, byte> labels = classes.Select((name, label) => (name, label)).ToDictionary(c => c.name, c => (byte)c.label, StringComparer.Ordinal);
        foreach ((int color, string name) in entries)
        {
            _labels[color] = IsVoid(name) ? MaskLabels.Ignored : labels[name];
        }
    }

    /// <summary>The names of the tables that are built in.</summary>
    public static IReadOnlyList<string> Known => [.. KnownColors.Tables.Keys];

    /// <summary>The names of the classes, in the order of their numbers.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The table as lines that <see cref="Parse"/> reads, <c>#rrggbb name</c>.</summary>
    public IReadOnlyList<string> Lines => [.. _entries.Select(e => string.Create(CultureInfo.InvariantCulture, $"#{e.Color:x6} {e.Name}"))];

    /// <summary>How many colours the table has.</summary>
    internal int Count => _labels.Count;

    /// <summary>Reads a table by its name, or from a file of at most 1 MB.</summary>
    /// <param name="nameOrFile">One of <see cref="Known"/>, or a path.</param>
    /// <exception cref="DataException">There is no such table, or it cannot be read.</exception>
    public static MaskColorTable Read(string nameOrFile)
    {
        ArgumentNullException.ThrowIfNull(nameOrFile);
        if (KnownColors.Tables.TryGetValue(nameOrFile, out string[]? lines))
        {
            return Parse(lines, nameOrFile);
        }

        return File.Exists(nameOrFile)
            ? Parse(TextLines.Of(DirectoryTree.ReadFile(nameOrFile, LargestFile), nameOrFile), nameOrFile)
            : throw new DataException($"{nameOrFile}: there is no such file, nor a table of colours of that name ({string.Join(", ", Known)}).");
    }

    /// <summary>
    /// Reads lines of <c>red green blue name</c> or <c>name red green blue</c>, with blanks, tabs, commas or semicolons between, or with
    /// <c>#rrggbb</c> for the three numbers. What follows any other # is a comment; a heading that names r, g and b is passed over.
    /// </summary>
    /// <param name="lines">The lines.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="DataException">A line is no colour with a name, two give one colour different names, or there are not 1 to 255 classes.</exception>
    public static MaskColorTable Parse(IEnumerable<string> lines, string source)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var entries = new List<(int Color, string Name)>();
        var names = new Dictionary<int, string>();
        var classes = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            if (ColorLine.Read(line, number == 1) is not { } entry)
            {
                continue;
            }

            if (entry.Problem is { } problem)
            {
                throw new DataException($"{source}: line {number}: expected a colour and a name, such as 128 64 128 road or #804080 road, got {problem}.");
            }

            if (!names.TryAdd(entry.Color, entry.Name))
            {
                throw new DataException($"{source}: line {number}: the colour {Text(entry.Color)} is {names[entry.Color]} already, and here {entry.Name}.");
            }

            entries.Add((entry.Color, entry.Name));
            if (!IsVoid(entry.Name) && known.Add(entry.Name))
            {
                classes.Add(entry.Name);
            }
        }

        return classes.Count is >= 1 and <= MaskLabels.MostClasses
            ? new MaskColorTable(entries, classes)
            : throw new DataException($"{source}: expected the colours of 1 to {MaskLabels.MostClasses} classes, got {classes.Count} classes.");
    }

    /// <summary>The table of an option: null when nothing is said, or that there is none.</summary>
    internal static MaskColorTable? Of(IReadOnlyList<string>? lines) => lines is { Count: > 0 } ? Parse(lines, "mask-colors") : null;

    /// <summary>A colour as messages print it: <c>(128, 64, 128)</c>.</summary>
    internal static string Text(int color) => string.Create(CultureInfo.InvariantCulture, $"({color >> 16}, {(color >> 8) & 255}, {color & 255})");

    /// <summary>The class of a colour, <see cref="MaskLabels.Ignored"/> where it does not count; null when it is not in the table.</summary>
    internal byte? Find(int color) => _labels.TryGetValue(color, out byte label) ? label : null;

    /// <summary>The table with its classes numbered as a list has them.</summary>
    /// <param name="classes">All its classes, in any order, and perhaps others; null for their own order.</param>
    /// <exception cref="OptionException">A class of the table is not in the list.</exception>
    internal MaskColorTable InOrderOf(IReadOnlyList<string>? classes)
    {
        string[] strange = [.. Classes.Except(classes ?? Classes, StringComparer.Ordinal)];
        return strange.Length == 0
            ? classes is null ? this : new MaskColorTable(_entries, classes)
            : throw new OptionException("mask-colors",
                $"the table names {string.Join(", ", strange)}, and the classes are {string.Join(", ", classes!)}; give a table with these names.");
    }

    /// <summary>The first colour of each class.</summary>
    /// <exception cref="OptionException">One has none.</exception>
    internal IReadOnlyList<(byte Red, byte Green, byte Blue)> ColorsOf(IReadOnlyList<string> classes)
    {
        string? bare = classes.FirstOrDefault(c => !Classes.Contains(c, StringComparer.Ordinal) || _entries.All(e => e.Name != c));
        return bare is null
            ? [.. classes.Select(c => _entries.First(e => e.Name == c).Color).Select(c => ((byte)(c >> 16), (byte)(c >> 8), (byte)c))]
            : throw new OptionException("mask-colors", $"the table has no colour for {bare}; it has {string.Join(", ", Classes)}.");
    }

    private static bool IsVoid(string name) => s_voids.Contains(name, StringComparer.OrdinalIgnoreCase);
}
