using System.Globalization;

namespace Fovea.Training;

/// <summary>The run's <c>log.txt</c>: one line for each thing that happened, with the time. Earlier lines of a resumed run stay.</summary>
internal sealed class RunLog : IDisposable
{
    private readonly StreamWriter _writer;
    private readonly Lock _gate = new();

    public RunLog(string path) => _writer = new StreamWriter(path, append: true) { AutoFlush = true, NewLine = "\n" };

    public void Write(string message)
    {
        string time = DateTime.Now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        lock (_gate)
        {
            _writer.WriteLine($"{time}  {message.Replace("\n", "\n                     ", StringComparison.Ordinal)}");
        }
    }

    public void Dispose() => _writer.Dispose();
}
