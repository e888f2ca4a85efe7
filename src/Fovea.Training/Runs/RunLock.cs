namespace Fovea.Training;

/// <summary>
/// Keeps a run folder for one process: two that write the same run would take each other's checkpoints for their own. The lock is the
/// system's, on a file <c>.lock</c> in the folder; it ends with the process, however that ends.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="OptionException">Another process has it.</exception>
    public static RunLock Take(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, ".lock");
        try
        {
            // Not shared with anyone: on Unix only that is an exclusive lock. It is a file of its own, so that the log can be read meanwhile.
            return new RunLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new OptionException("run", $"{folder} is being written by another process; wait for it or stop it, or give this run another --name. ({e.Message})");
        }
    }

    public void Dispose() => _file.Dispose();
}
