using System.Text;

namespace Fovea.Cli;

/// <summary>
/// A terminal as an output. When its window is closed or its connection breaks, what is written goes nowhere, and the work that wrote it
/// goes on to its end: a checkpoint is worth more than the line that says so.
/// </summary>
internal sealed class HangupWriter(TextWriter terminal) : TextWriter
{
    private volatile bool _isGone;

    /// <inheritdoc/>
    public override Encoding Encoding => terminal.Encoding;

    /// <summary>The standard outputs of this process from now on, as far as they are terminals.</summary>
    public static void Guard()
    {
        if (!Console.IsOutputRedirected)
        {
            Console.SetOut(new HangupWriter(Console.Out));
        }

        if (!Console.IsErrorRedirected)
        {
            Console.SetError(new HangupWriter(Console.Error));
        }
    }

    /// <inheritdoc/>
    public override void Write(char value) => Try(value, static (t, v) => t.Write(v));

    /// <inheritdoc/>
    public override void Write(string? value) => Try(value, static (t, v) => t.Write(v));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Try(value, static (t, v) => t.WriteLine(v));

    /// <inheritdoc/>
    public override void Flush() => Try(0, static (t, _) => t.Flush());

    private void Try<T>(T value, Action<TextWriter, T> write)
    {
        if (_isGone)
        {
            return;
        }

        try
        {
            write(terminal, value);
        }
        catch (IOException)
        {
            _isGone = true;
        }
    }
}
