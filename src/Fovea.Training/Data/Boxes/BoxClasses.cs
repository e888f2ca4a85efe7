namespace Fovea.Training.Data;

/// <summary>Which names of boxes are classes.</summary>
internal sealed class BoxClasses
{
    private readonly Dictionary<string, int> _labels;

    private BoxClasses(IReadOnlyList<string> names)
    {
        Names = names;
        _labels = names.Select((name, label) => (name, label)).ToDictionary(n => n.name, n => n.label, StringComparer.Ordinal);
    }

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>
    /// The classes of a training part: those that were asked for, else those that the data name, else what its boxes are called, in ordinal order. Of names that
    /// differ in capitals alone the most frequent is the class's, and the others are mistakes.
    /// </summary>
    /// <exception cref="DataException">There is no box.</exception>
    public static BoxClasses Of(BoxContent content, DatasetOptions options)
    {
        if ((options.MaskClasses ?? content.Classes) is { } given)
        {
            return new BoxClasses(given);
        }

        string[] found =
        [
            .. content.Items.SelectMany(i => i.Annotation?.Boxes ?? []).GroupBy(b => b.Class, StringComparer.Ordinal).GroupBy(g => g.Key, StringComparer.OrdinalIgnoreCase)
                .Select(spellings => spellings.OrderByDescending(s => s.Count()).ThenBy(s => s.Key, StringComparer.Ordinal).First().Key).Order(StringComparer.Ordinal),
        ];
        return found.Length > 0 ? new BoxClasses(found)
            : throw new DataException(
                $"{content.Images.Source}: expected boxes in some of the annotations of {content.Items.Count} pictures, got none"
                + $"{(content.Items.FirstOrDefault(i => i.Problem is not null) is { } bad ? "; the first that cannot be read: " + bad.Problem : ".")}");
    }

    /// <summary>Classes by their names.</summary>
    public static BoxClasses Named(IReadOnlyList<string> names) => new(names);

    /// <summary>The number of a class; −1 when it is none.</summary>
    public int LabelOf(string name) => _labels.GetValueOrDefault(name, -1);

    /// <summary>What to say of a name that is no class.</summary>
    public string Hint(string name) => Suggestion.Hint(name, Names);
}
