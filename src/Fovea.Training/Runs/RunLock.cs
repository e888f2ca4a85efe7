namespace Fovea.Training;

/// <summary>
/// Keeps a run folder for one process: two that write the same run would take each other's checkpoints for their own. The lock is the
/// system's, on a file <c>.lock</c> in the folder; it ends with the process, however that ends.
/// </summary>
internal sealed class RunLock : IDisposable
{
    /// <summary>The file that is locked, unless another is named.</summary>
    internal const string FileName = ".lock";

    // Windows' ERROR_SHARING_VIOLATION; EWOULDBLOCK of Linux and of macOS, which .NET passes on as they are. Any other error is no other process, and not to be waited for.
    private static readonly int[] s_taken = [unchecked((int)0x80070020), 11, 35];
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="OptionException">Another process has it.</exception>
    public static RunLock Take(string folder) => TryTake(folder)
        ?? throw new OptionException("run", $"{folder} is being written by another process; wait for it or stop it, or give this run another --name.");

    /// <summary>Takes the lock if nobody has it.</summary>
    /// <param name="folder">The folder, made if it is not there.</param>
    /// <param name="name">The file that is locked, for a folder in which more than one thing is kept for one process.</param>
    /// <returns>The lock; null when another process has it.</returns>
    public static RunLock? TryTake(string folder, string name = FileName)
    {
        Directory.CreateDirectory(folder);
        try
        {
            // Not shared with anyone: on Unix only that is an exclusive lock. It is a file of its own, so that the log can be read meanwhile.
            return new RunLock(new FileStream(Path.Combine(folder, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (s_taken.Contains(e.HResult))
        {
            return null;
        }
    }

    /// <summary>Takes the lock, and waits for it as long as another process has it.</summary>
    /// <param name="folder">The folder, made if it is not there.</param>
    /// <param name="waits">Is called once, if it has to wait.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    public static RunLock TakeWhenFree(string folder, Action waits, CancellationToken cancellation)
    {
        for (bool isFirst = true; ; isFirst = false)
        {
            if (TryTake(folder) is { } own)
            {
                return own;
            }

            if (isFirst)
            {
                waits();
            }

            cancellation.WaitHandle.WaitOne(s_pause);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public void Dispose() => _file.Dispose();
}
