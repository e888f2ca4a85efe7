using System.Globalization;
using System.Text;

namespace Fovea.Training;

/// <summary>One self-contained page: rules, drawings and images are in it, nothing is fetched.</summary>
public sealed class ReportPage
{
    /// <summary>How many pairs of classes are listed where no matrix is drawn.</summary>
    internal const int PairsOfMany = 30;

    private const int TilesInARow = 6;
    private readonly StringBuilder _html = new();

    /// <summary>Begins a page.</summary>
    /// <param name="title">What a browser shows as its name, as text.</param>
    public ReportPage(string title) => _html.Append(
        CultureInfo.InvariantCulture,
        $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">" +
        $"<title>{Svg.Escape(title)}</title><style>{Theme.Variables(":root")}{Theme.Rules}</style></head><body><main>\n");

    /// <summary>Writes the page's heading.</summary>
    /// <param name="title">The title, as text.</param>
    /// <param name="run">What the page is about: a run, an image; as text.</param>
    /// <param name="subtitle">What stands beside it, as text.</param>
    public void Head(string title, string run, string subtitle) => _html.Append(
        CultureInfo.InvariantCulture, $"<h1>{Svg.Escape(title)}</h1><p class=\"soft\">{Svg.Escape(run)} · {Svg.Escape(subtitle)}</p>\n");

    internal void Tiles(IEnumerable<(string Value, string Name)> tiles)
    {
        (string Value, string Name)[] all = [.. tiles];

        // As many in each row, so that the last is not left with one.
        int rows = (all.Length + TilesInARow - 1) / TilesInARow, columns = Math.Max(1, (all.Length + rows - 1) / Math.Max(1, rows));
        _html.Append(CultureInfo.InvariantCulture, $"<div class=\"tiles\" style=\"--columns:{columns}\">");
        foreach ((string value, string name) in all)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<div class=\"tile\"><b>{Svg.Escape(value)}</b><span>{Svg.Escape(name)}</span></div>");
        }

        _html.Append("</div>\n");
    }

    internal void Card(string title, string? note, Svg drawing)
    {
        // A drawing grows with the page only to a third above its own size: a small matrix stays small.
        string limit = string.Create(CultureInfo.InvariantCulture, $"max-width:{drawing.Width * 4 / 3}px");
        Section(title, note, $"<div style=\"{limit}\">{drawing.Inline()}</div>");
    }

    /// <summary>Sections side by side where there is room.</summary>
    internal void Pairs(params ReadOnlySpan<(string Title, string? Note, string Content)> sections)
    {
        _html.Append("<div class=\"pair\">");
        foreach ((string title, string? note, string content) in sections)
        {
            Section(title, note, content);
        }

        _html.Append("</div>\n");
    }

    internal void ClassTable(ConfusionMatrix matrix)
    {
        var table = new PageTable("class", "images", "precision", "recall", "F1", string.Empty);
        foreach (ClassMetrics c in matrix.PerClass())
        {
            table.Row(c.Name, c.Support, Percent(c.Precision), Percent(c.Recall), Percent(c.F1), PageCell.Bar(c.F1));
        }

        Section("Classes", null, table.ToString());

        static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);
    }

    /// <summary>Why there is no matrix of so many classes, and where the numbers are.</summary>
    internal static string NoMatrix(ConfusionMatrix matrix) => string.Create(
        CultureInfo.InvariantCulture,
        $"A matrix of {matrix.Classes.Count} classes is not drawn, as its cells could not be told apart (it is up to {ConfusionPlot.MostClasses}). All counts are in confusion.csv; these pairs are the largest.");

    /// <summary>The pairs of classes that were confused most often, as a table.</summary>
    /// <param name="matrix">The counts.</param>
    /// <param name="noun">What is counted: images, pixels.</param>
    /// <param name="most">How many pairs.</param>
    internal string Confusions(ConfusionMatrix matrix, string noun, int most = 8)
    {
        int classes = matrix.Classes.Count;
        var largest = Enumerable.Range(0, classes)
            .SelectMany(i => Enumerable.Range(0, classes).Where(j => j != i && matrix[i, j] > 0).Select(j => (Actual: i, Predicted: j, Count: matrix[i, j])))
            .OrderByDescending(p => p.Count).ThenBy(p => p.Actual).ThenBy(p => p.Predicted).Take(most).ToList();
        if (largest.Count == 0)
        {
            return $"<p class=\"soft\">No {noun} were taken for another class.</p>";
        }

        var table = new PageTable("actual", "taken for", noun);
        foreach ((int actual, int predicted, long count) in largest)
        {
            table.Row(matrix.Classes[actual], matrix.Classes[predicted], count);
        }

        return table.ToString();
    }

    internal void Details(string title, string content) => _html.Append(
        CultureInfo.InvariantCulture,
        $"<details class=\"card\"><summary>{Svg.Escape(title)}</summary><pre>{Svg.Escape(content)}</pre></details>\n");

    /// <summary>A card with a table, under the table's title.</summary>
    /// <param name="table">The table.</param>
    /// <param name="note">The note below the title, as text; null for none.</param>
    public void Table(EvaluationTable table, string? note = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        Section(table.Title, note, PageTable.Of(table).ToString());
    }

    /// <summary>The page as HTML.</summary>
    public override string ToString() => $"{_html}</main></body></html>\n";

    /// <summary>A card with a title, a note below it, and HTML.</summary>
    /// <param name="title">The title, as text.</param>
    /// <param name="note">The note, as text; null for none.</param>
    /// <param name="content">What the card holds, as HTML.</param>
    public void Section(string title, string? note, string content)
    {
        string said = note is null ? string.Empty : $"<p class=\"soft\">{Svg.Escape(note)}</p>";
        _html.Append(CultureInfo.InvariantCulture, $"<section class=\"card\"><h2>{Svg.Escape(title)}</h2>{said}{content}</section>\n");
    }
}
