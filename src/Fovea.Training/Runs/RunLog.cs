using System.Globalization;
using System.Text;

namespace Fovea.Training;

/// <summary>The run's <c>log.txt</c>: one line for each thing that happened, with the time. Earlier lines of a resumed run stay.</summary>
internal sealed class RunLog : IDisposable
{
    private readonly FileStream _file;
    private readonly Lock _gate = new();

    public RunLog(string path) => _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    public void Write(string message)
    {
        string time = DateTime.Now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        lock (_gate)
        {
            try
            {
                _file.Write(Encoding.UTF8.GetBytes($"{time}  {message.Replace("\n", "\n                     ", StringComparison.Ordinal)}\n"));
            }
            catch (IOException)
            {
                // A log that cannot be written must not end a run: where the disk is full, the next checkpoint says so, and how much is needed.
                return;
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
