using System.Text;
using Spectre.Console.Rendering;

namespace Fovea.Cli.Tests.Terminals;

/// <summary>What a person sees of what was written to a terminal: a screen with a cursor, as far as Fovea and the runtime use one.</summary>
/// <param name="columns">Its width at first.</param>
/// <param name="rows">Its height; what goes out at the top is kept, as when one scrolls back.</param>
/// <param name="folds">Whether rows that no longer fit a narrower window are folded, as VTE and most others do, rather than cut, as xterm does.</param>
internal sealed class Screen(int columns, int rows, bool folds)
{
    // Of each row its cells, the second of a wide letter empty; and whether the next row goes on with it.
    private readonly List<(List<string> Cells, bool GoesOn)> _rows = [([], false)];
    private int _columns = columns;
    private int _row;
    private int _column;
    private bool _wraps = true;
    private string _rest = string.Empty;

    /// <summary>Whether the cursor is to be seen.</summary>
    public bool HasCursor { get; private set; } = true;

    /// <summary>The rows from the first on, without what is empty at their ends.</summary>
    public string[] Lines => [.. _rows.Select(r => string.Concat(r.Cells).TrimEnd())];

    /// <summary>The rows, those that go on with one another as one.</summary>
    public string[] LogicalLines => [.. Joined().Select(r => string.Concat(r.Cells).TrimEnd())];

    /// <summary>The first row of the window that is not scrolled out.</summary>
    private int Top => Math.Max(0, _rows.Count - rows);

    /// <summary>Gives the window another width.</summary>
    public void Resize(int width)
    {
        if (folds)
        {
            List<(List<string> Cells, bool GoesOn)> joined = Joined();
            int line = _rows.Take(_row).Count(r => !r.GoesOn), offset = _column;
            for (int r = _row - 1; r >= 0 && _rows[r].GoesOn; r--)
            {
                offset += _rows[r].Cells.Count;
            }

            _rows.Clear();
            for (int i = 0; i < joined.Count; i++)
            {
                int first = _rows.Count;
                List<string>[] parts = joined[i].Cells.Count == 0 ? [[]] : [.. joined[i].Cells.Chunk(width).Select(c => c.ToList())];
                _rows.AddRange(parts.Select((p, n) => (p, n < parts.Length - 1)));
                if (i == line)
                {
                    (_row, _column) = (first + Math.Min(offset / width, parts.Length - 1), offset % width);
                }
            }
        }
        else
        {
            foreach ((List<string> cells, _) in _rows.Where(r => r.Cells.Count > width))
            {
                cells.RemoveRange(width, cells.Count - width);
            }

            _column = Math.Min(_column, width - 1);
        }

        _columns = width;
    }

    /// <summary>Takes what was written.</summary>
    public void Write(string text)
    {
        text = _rest + text;
        _rest = string.Empty;
        for (int i = 0; i < text.Length;)
        {
            int length = text[i] == '\e' ? Sequence(text, i) : char.IsHighSurrogate(text[i]) ? 2 : 1;
            if (i + length > text.Length)
            {
                _rest = text[i..];
                return;
            }

            Take(text.Substring(i, length));
            i += length;
        }
    }

    // A sequence ends with a letter, after a bracket and numbers; others here are of two characters. Past the end if it is not complete.
    private static int Sequence(string text, int start)
    {
        if (start + 1 < text.Length && text[start + 1] != '[')
        {
            return 2;
        }

        int end = start + 2;
        while (end < text.Length && text[end] is < '@' or > '~')
        {
            end++;
        }

        return end + 1 - start;
    }

    private void Take(string part)
    {
        switch (part)
        {
            case "\r":
                _column = 0;
                break;
            case "\n":
                Down();
                break;
            case "\b":
                _column = Math.Max(0, _column - 1);
                break;
            case "\e[J" or "\e[0J":
                EraseToEnd();
                _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                break;
            case "\e[K" or "\e[0K":
                EraseToEnd();
                break;
            case "\e[2K":
                _rows[_row].Cells.Clear();
                break;
            case "\e[?7l" or "\e[?7h":
                _wraps = part[^1] == 'h';
                break;
            case "\e[?25l" or "\e[?25h":
                HasCursor = part[^1] == 'h';
                break;
            case ['\e', '[', .. var number, 'A']:
                _row = Math.Max(Top, _row - (number.Length == 0 ? 1 : int.Parse(number)));
                break;
            case ['\e', ..] or ['\a']:
                // Colours and modes of keys: nothing that is seen here.
                break;
            default:
                Print(part);
                break;
        }
    }

    private void Print(string letter)
    {
        int cells = new Segment(letter).CellCount();
        if (_column + cells > _columns)
        {
            if (_wraps)
            {
                _rows[_row] = (_rows[_row].Cells, true);
                Down();
                _column = 0;
            }
            else
            {
                _column = _columns - cells;
            }
        }

        List<string> row = _rows[_row].Cells;
        while (row.Count < _column + cells)
        {
            row.Add(" ");
        }

        row[_column] = letter;
        for (int i = 1; i < cells; i++)
        {
            row[_column + i] = string.Empty;
        }

        _column += cells;
    }

    private void Down()
    {
        _row++;
        if (_row == _rows.Count)
        {
            _rows.Add(([], false));
        }
    }

    private void EraseToEnd()
    {
        List<string> row = _rows[_row].Cells;
        if (row.Count > _column)
        {
            row.RemoveRange(_column, row.Count - _column);
        }

        _rows[_row] = (row, false);
    }

    private List<(List<string> Cells, bool GoesOn)> Joined()
    {
        var joined = new List<(List<string> Cells, bool GoesOn)>();
        bool goesOn = false;
        foreach ((List<string> cells, bool next) in _rows)
        {
            if (goesOn)
            {
                joined[^1].Cells.AddRange(cells);
            }
            else
            {
                joined.Add(([.. cells], false));
            }

            goesOn = next;
        }

        return joined;
    }
}
