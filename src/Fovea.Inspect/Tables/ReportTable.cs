using System.Text;

namespace Fovea.Inspect;

/// <summary>A table as text: what people read, a terminal draws and a page of documentation shows.</summary>
/// <param name="Title">What it shows, in a line.</param>
/// <param name="Columns">Headings; the first column is of names, the others of numbers.</param>
/// <param name="Rows">A text for each column.</param>
public sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>As Markdown: names at the left, numbers at the right.</summary>
    public string ToMarkdown()
    {
        int[] widths = [.. Columns.Select((c, i) => Rows.Select(r => r[i].Length).Append(c.Length).Append(3).Max())];
        var text = new StringBuilder();
        Line(text, Columns, widths);
        text.Append('|');
        for (int i = 0; i < widths.Length; i++)
        {
            text.Append(i == 0 ? $" {new string('-', widths[i])} |" : $" {new string('-', widths[i] - 1)}: |");
        }

        text.Append('\n');
        foreach (IReadOnlyList<string> row in Rows)
        {
            Line(text, row, widths);
        }

        return text.ToString();
    }

    /// <summary>As plain text: the title, then the columns in line.</summary>
    public override string ToString() => $"{Title}\n\n{ToMarkdown()}";

    private static void Line(StringBuilder text, IReadOnlyList<string> cells, int[] widths)
    {
        text.Append('|');
        for (int i = 0; i < widths.Length; i++)
        {
            text.Append(' ').Append(i == 0 ? cells[i].PadRight(widths[i]) : cells[i].PadLeft(widths[i])).Append(" |");
        }

        text.Append('\n');
    }
}
