using Fovea.Training;
using Spectre.Console;

namespace Fovea.Cli;

/// <summary>Results of training and evaluation, for people.</summary>
internal static class ResultTables
{
    /// <summary>Lines of a name and a value.</summary>
    public static Table Of(string title, IEnumerable<(string Name, string Value)> lines)
    {
        Table table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(title)).HideHeaders().AddColumns("name", "value");
        foreach ((string name, string value) in lines)
        {
            table.AddRow(Markup.Escape(name), Markup.Escape(value));
        }

        return table;
    }

    /// <summary>The table of an evaluation: names at the left, numbers at the right.</summary>
    public static Table Of(EvaluationTable shown)
    {
        Table table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(shown.Title)).AddColumn(Markup.Escape(shown.Columns[0]));
        foreach (string column in shown.Columns.Skip(1))
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)).RightAligned());
        }

        foreach (IReadOnlyList<string> row in shown.Rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        return table;
    }
}
