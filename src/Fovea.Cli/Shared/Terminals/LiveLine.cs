using Spectre.Console.Rendering;

namespace Fovea.Cli;

/// <summary>
/// One line at the bottom of a terminal, drawn anew in place; what is written meanwhile goes above it. The cursor is never hidden and
/// waits at the line's beginning: whatever the window's width becomes, and whether the terminal cuts lines or folds them when it does,
/// all of the old line is between the cursor and the end of the screen, and a process that is killed leaves nothing to put right.
/// </summary>
internal sealed class LiveLine : IDisposable
{
    private const string Erase = "\r\e[J";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly TextWriter _output;
    private readonly Func<int> _width;
    private readonly TimeProvider _clock;
    private readonly ITimer _later;
    private readonly IDisposable? _resized;
    private readonly Lock _gate = new();
    private IReadOnlyList<string> _forms = [];
    private long? _drawn;
    private bool _isWaiting;
    private bool _isClosed;

    /// <summary>Takes the bottom line of a terminal.</summary>
    /// <param name="output">The terminal.</param>
    /// <param name="width">Its columns, asked for at each drawing.</param>
    /// <param name="clock">What tells when a drawing follows too soon upon another.</param>
    /// <param name="watch">Given what draws the line anew, starts calling it when the window changes; null where nothing tells.</param>
    public LiveLine(TextWriter output, Func<int> width, TimeProvider? clock = null, Func<Action, IDisposable?>? watch = null)
    {
        (_output, _width, _clock) = (output, width, clock ?? TimeProvider.System);
        _later = _clock.CreateTimer(_ => Redraw(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _resized = watch?.Invoke(Redraw);
    }

    /// <summary>Whether warnings may be coloured.</summary>
    public bool HasColors { get; init; }

    /// <summary>Whether the output has more than ASCII.</summary>
    public bool IsUnicode => _output.Encoding.WebName.StartsWith("utf-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Shows a text on the line, at once or within a tenth of a second.</summary>
    /// <param name="forms">The text in ever shorter forms: the first that fits is shown, or what fits of the last.</param>
    public void Show(params IReadOnlyList<string> forms)
    {
        lock (_gate)
        {
            _forms = forms;
            if (_isWaiting || _isClosed)
            {
                return;
            }

            TimeSpan left = _drawn is { } drawn ? s_pause - _clock.GetElapsedTime(drawn) : TimeSpan.Zero;
            if (left <= TimeSpan.Zero)
            {
                Draw();
                return;
            }

            _isWaiting = _later.Change(left, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Writes a line above, where it stays.</summary>
    public void WriteLine(string text, bool isWarning = false)
    {
        lock (_gate)
        {
            _output.Write($"{(_isClosed ? string.Empty : Erase)}{(isWarning && HasColors ? $"\e[33m{text}\e[39m" : text)}{Environment.NewLine}");
            if (!_isClosed && _forms.Count > 0)
            {
                Draw();
            }
        }
    }

    /// <summary>Takes the text off the line until the next.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _forms = [];
            if (!_isClosed)
            {
                _output.Write(Erase);
            }
        }
    }

    /// <summary>Takes the line off the screen for good.</summary>
    public void Dispose()
    {
        _resized?.Dispose();
        lock (_gate)
        {
            Clear();
            _isClosed = true;
        }

        _later.Dispose();
    }

    private void Redraw()
    {
        lock (_gate)
        {
            _isWaiting = false;
            if (!_isClosed && _forms.Count > 0)
            {
                Draw();
            }
        }
    }

    // Without wrapping, should the window have become narrower since it was measured.
    private void Draw()
    {
        int most = Math.Max(1, _width() - 1);
        string text = _forms.FirstOrDefault(f => Cells(f) <= most) ?? Cut(_forms[^1], most);
        _output.Write($"\r\e[?7l{text}\e[J\e[?7h\r");
        _drawn = _clock.GetTimestamp();
    }

    // Chinese, Japanese and Korean letters and most emoji take two columns.
    private static int Cells(string text) => new Segment(text).CellCount();

    private static string Cut(string text, int most)
    {
        while (text.Length > 0 && Cells(text) > most)
        {
            text = text[..^(text.Length > 1 && char.IsLowSurrogate(text[^1]) ? 2 : 1)];
        }

        return text;
    }
}
