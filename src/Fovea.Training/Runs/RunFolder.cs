using System.Globalization;
using System.Text;
using Fovea.Io;

namespace Fovea.Training;

/// <summary>The folder that a run writes into, and the names of what lies in it.</summary>
public sealed class RunFolder
{
    /// <summary>The name of the best epoch's weights in the folder.</summary>
    internal const string BestName = "best.safetensors";

    private RunFolder(string path, bool isNew = false)
    {
        IsNew = isNew;
        FullPath = path;
        Checkpoints = new CheckpointFolder(Path.Combine(path, "checkpoints"));
    }

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary>Whether this object made it: there was none by its name before.</summary>
    internal bool IsNew { get; }

    /// <summary>Its checkpoints.</summary>
    public CheckpointFolder Checkpoints { get; }

    /// <summary>The weights of the best epoch, ready for <c>eval</c> and <c>predict</c>.</summary>
    public string BestWeights => File(BestName);

    /// <summary>The report.</summary>
    public string Report => File("report.html");

    /// <summary>The options of the run.</summary>
    public string Config => File("config.json");

    /// <summary>Makes a folder: <c>output/name</c>, or <c>output/name-2</c> and so on when that is taken.</summary>
    /// <param name="output">The folder to make it in.</param>
    /// <param name="name">Its name; characters that a path cannot hold are replaced.</param>
    /// <param name="existOk">Take a folder that is there already, and its checkpoints out of it.</param>
    /// <exception cref="OptionException">It is there already, and another process writes into it.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static RunFolder Create(string output, string name, bool existOk = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        string clean = string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '+' ? c : '-')).Trim('.');
        clean = clean.Length == 0 ? "run" : clean;
        string path = Path.GetFullPath(Path.Combine(output, clean));
        for (int number = 2; !existOk && (Directory.Exists(path) || System.IO.File.Exists(path)); number++)
        {
            path = Path.GetFullPath(Path.Combine(output, string.Create(CultureInfo.InvariantCulture, $"{clean}-{number}")));
        }

        string checkpoints = Path.Combine(path, "checkpoints");
        if (existOk && Directory.Exists(checkpoints))
        {
            // A new run must not be resumed from the old one's state, nor take it from a process that is still at work.
            using var taken = RunLock.Take(path);
            foreach (string old in Directory.EnumerateFiles(checkpoints, "*.ckpt"))
            {
                System.IO.File.Delete(old);
            }
        }

        bool isNew = !Directory.Exists(path);
        Directory.CreateDirectory(path);
        return new RunFolder(path, isNew);
    }

    /// <summary>Removes a folder that this object made, with all that is in it: of a run that did not come to begin.</summary>
    internal void Discard()
    {
        if (!IsNew || !Directory.Exists(FullPath))
        {
            return;
        }

        try
        {
            using var own = RunLock.Take(FullPath);
            Directory.Delete(FullPath, recursive: true);
        }
        catch (OptionException)
        {
            // Another process came to the same name and writes there: the folder is its own.
            return;
        }
    }

    /// <summary>A folder for results that are no run, made if it is not there.</summary>
    internal static RunFolder Make(string path)
    {
        Directory.CreateDirectory(path);
        return new RunFolder(Path.GetFullPath(path));
    }

    /// <summary>Opens the folder of a run: the folder itself, its checkpoints folder, or a file in either.</summary>
    /// <exception cref="CheckpointException">It is not the folder of a run.</exception>
    public static RunFolder Open(string path)
    {
        string full = Path.GetFullPath(path);
        foreach (string? candidate in new[] { full, Path.GetDirectoryName(full), Path.GetDirectoryName(Path.GetDirectoryName(full) ?? full) })
        {
            if (candidate is not null && System.IO.File.Exists(Path.Combine(candidate, "config.json")))
            {
                return new RunFolder(candidate);
            }
        }

        throw new CheckpointException(path, "expected the folder of a run (with config.json in it) or a checkpoint inside one, got something else; give --resume the folder that the run printed");
    }

    /// <summary>The full path of a file in the folder.</summary>
    public string File(string name) => Path.Combine(FullPath, name);

    /// <summary>Writes a text file in one step.</summary>
    public void WriteText(string name, string content)
    {
        string path = File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(content));
    }
}
