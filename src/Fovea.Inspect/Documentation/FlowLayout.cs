using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>
/// Places the steps of a data flow: columns by the longest way from an input, and within a column so that lines cross little. A line
/// that passes a column gets a place of its own in it, and all lines from one step share theirs.
/// </summary>
internal sealed class FlowLayout
{
    private readonly List<List<Cell>> _columns = [];
    private readonly Dictionary<string, Cell> _steps = [];

    /// <summary>Lays out a card's flow.</summary>
    /// <param name="flow">The steps; a name that no step has is an input.</param>
    /// <exception cref="ArgumentException">Two steps have one name, or steps go in a circle.</exception>
    public FlowLayout(IReadOnlyList<FlowStep> flow)
    {
        PlaceInColumns(flow);
        Dictionary<string, int> last = flow.SelectMany(s => s.From.Select(f => (From: f, To: _steps[s.Id].Column)))
            .GroupBy(e => e.From).ToDictionary(g => g.Key, g => g.Max(e => e.To));
        foreach ((string id, int column) in last.OrderBy(l => _steps[l.Key].Column).ThenBy(l => l.Key, StringComparer.Ordinal))
        {
            Cell at = _steps[id];
            for (int passed = at.Column + 1; passed < column; passed++)
            {
                var lane = new Cell(id, string.Empty, CellKind.Lane, passed) { From = [at] };
                Column(passed).Add(lane);
                at.Lane = lane;
                at = lane;
            }
        }

        foreach (FlowStep step in flow)
        {
            _steps[step.Id].From = [.. step.From.Select(f => LastBefore(_steps[f], _steps[step.Id].Column))];
        }

        for (int sweep = 0; sweep < 4; sweep++)
        {
            foreach (List<Cell> column in _columns.Skip(1))
            {
                Sort(column, c => c.From.Average(f => f.Center));
            }
        }
    }

    /// <summary>The columns from the inputs to the output, each from top to bottom.</summary>
    public IReadOnlyList<IReadOnlyList<Cell>> Columns => _columns;

    private static Cell LastBefore(Cell cell, int column)
    {
        while (cell.Column < column - 1)
        {
            cell = cell.Lane!;
        }

        return cell;
    }

    // A cell's centre as a share of its column, around 0, so that columns of different lengths compare.
    private static void Sort(List<Cell> column, Func<Cell, double> key)
    {
        Cell[] sorted = [.. column.OrderBy(key).ThenBy(c => c.Kind == CellKind.Lane ? 0 : 1)];
        column.Clear();
        column.AddRange(sorted);
        Center(column);
    }

    private static void Center(List<Cell> column)
    {
        for (int i = 0; i < column.Count; i++)
        {
            column[i].Center = i - (column.Count - 1) / 2.0;
        }
    }

    private void PlaceInColumns(IReadOnlyList<FlowStep> flow)
    {
        HashSet<string> named = [.. flow.Select(s => s.Id)];
        string[] inputs = [.. flow.SelectMany(s => s.From).Where(f => !named.Contains(f)).Distinct()];
        foreach (string input in inputs.Length > 0 ? inputs : ["x"])
        {
            Add(new Cell(input, input, CellKind.Input, 0));
        }

        var waiting = new List<FlowStep>(flow);
        while (waiting.Count > 0)
        {
            FlowStep step = waiting.Find(s => s.From.All(_steps.ContainsKey))
                ?? throw new ArgumentException($"flow: the steps {string.Join(", ", waiting.Select(s => s.Id))} wait for each other.");
            waiting.Remove(step);
            CellKind kind = step.Label.Length <= 2 ? CellKind.Joint : CellKind.Box;
            Add(new Cell(step.Id, step.Label, kind, 1 + step.From.Select(f => _steps[f].Column).DefaultIfEmpty(0).Max()));
        }

        HashSet<string> used = [.. flow.SelectMany(s => s.From)];
        Cell[] ends = [.. flow.Where(s => !used.Contains(s.Id)).Select(s => _steps[s.Id])];
        int after = _columns.Count;
        foreach (Cell end in ends)
        {
            // The end stands in a column of its own, joined by a straight line from the one before.
            Cell from = end;
            for (int passed = end.Column + 1; passed < after; passed++)
            {
                var lane = new Cell(end.Id, string.Empty, CellKind.Lane, passed) { From = [from] };
                Column(passed).Add(lane);
                from = lane;
            }

            Column(after).Add(new Cell($"{end.Id}.out", ends.Length == 1 ? "y" : end.Id, CellKind.Output, after) { From = [from] });
        }

        _columns.ForEach(Center);
    }

    private void Add(Cell cell)
    {
        if (!_steps.TryAdd(cell.Id, cell))
        {
            throw new ArgumentException($"flow: two steps are called {cell.Id}.");
        }

        Column(cell.Column).Add(cell);
    }

    private List<Cell> Column(int index)
    {
        while (_columns.Count <= index)
        {
            _columns.Add([]);
        }

        return _columns[index];
    }
}

/// <summary>What stands at a place of the figure.</summary>
internal enum CellKind
{
    /// <summary>An input of the mechanism.</summary>
    Input,

    /// <summary>A step with a label.</summary>
    Box,

    /// <summary>A step of one or two signs, such as × or +.</summary>
    Joint,

    /// <summary>A line that passes by.</summary>
    Lane,

    /// <summary>The result.</summary>
    Output,
}

/// <summary>One place of the figure.</summary>
internal sealed class Cell(string id, string label, CellKind kind, int column)
{
    /// <summary>The step's name.</summary>
    public string Id => id;

    /// <summary>What is written.</summary>
    public string Label => label;

    /// <summary>What it is.</summary>
    public CellKind Kind => kind;

    /// <summary>Its column.</summary>
    public int Column => column;

    /// <summary>Where lines come from, in the column before.</summary>
    public IReadOnlyList<Cell> From { get; set; } = [];

    /// <summary>The place in the next column through which the lines of this step pass on.</summary>
    public Cell? Lane { get; set; }

    /// <summary>Its place in the column, in steps from the middle.</summary>
    public double Center { get; set; }
}
