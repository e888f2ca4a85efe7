namespace Fovea.Training;

/// <summary>A table of an evaluation for people: a line for each class, say.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">The names of the columns; the first holds names, the others numbers.</param>
/// <param name="Rows">The cells, as many in each row as there are columns.</param>
public sealed record EvaluationTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    // A table of a thousand classes is no table to read: the ones that go worst are.
    private const int MostRows = 40;

    /// <summary>A table of classes; of many, those that go worst.</summary>
    /// <param name="columns">The names of the columns.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="goodness">How well one goes; the classes with the least are shown.</param>
    /// <param name="cells">The cells of one.</param>
    internal static EvaluationTable Of<T>(IReadOnlyList<string> columns, IReadOnlyList<T> classes, Func<T, double> goodness, Func<T, IReadOnlyList<string>> cells)
    {
        bool isCut = classes.Count > MostRows;
        return new EvaluationTable(
            isCut ? $"The {MostRows} worst of {classes.Count} classes" : "Classes", columns,
            [.. (isCut ? classes.OrderBy(goodness).Take(MostRows) : classes).Select(cells)]);
    }
}
