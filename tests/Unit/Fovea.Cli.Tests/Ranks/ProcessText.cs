using System.Text;

namespace Fovea.Cli.Tests;

/// <summary>What a process has written so far: lines come on the threads that read its pipes, while a test may ask for the text.</summary>
internal sealed class ProcessText
{
    private readonly StringBuilder _lines = new();
    private readonly Lock _gate = new();

    /// <summary>Adds a line; nothing at a pipe's end.</summary>
    public void Add(string? line)
    {
        if (line is not null)
        {
            lock (_gate)
            {
                _lines.AppendLine(line);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        lock (_gate)
        {
            return _lines.ToString();
        }
    }
}
