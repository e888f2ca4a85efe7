using System.Text;

namespace Fovea.Training;

/// <summary>A table of a page, row by row: whatever becomes a table of HTML becomes it here.</summary>
internal sealed class PageTable
{
    private readonly StringBuilder _html = new("<table><tr>");

    /// <summary>Begins a table.</summary>
    /// <param name="columns">What stands above the columns, as text.</param>
    public PageTable(params ReadOnlySpan<string> columns)
    {
        foreach (string column in columns)
        {
            _html.Append("<th>").Append(Svg.Escape(column)).Append("</th>");
        }

        _html.Append("</tr>");
    }

    /// <summary>The table of an evaluation, as it is.</summary>
    public static PageTable Of(EvaluationTable table)
    {
        var made = new PageTable([.. table.Columns]);
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            made.Row([.. row.Select(static cell => (PageCell)cell)]);
        }

        return made;
    }

    /// <summary>Adds a row.</summary>
    /// <returns>The same table.</returns>
    public PageTable Row(params ReadOnlySpan<PageCell> cells)
    {
        _html.Append("<tr>");
        foreach (PageCell cell in cells)
        {
            _html.Append(cell.Html);
        }

        _html.Append("</tr>");
        return this;
    }

    /// <summary>The table as HTML.</summary>
    public override string ToString() => $"{_html}</table>";
}
