namespace Fovea.Training;

/// <summary>
/// A part that this process is at. A lock of the operating system on a file beside it says so, of which the system lets go whatever becomes of the process: a
/// part that a killed process was at is taken by the next that asks.
/// </summary>
internal sealed class PartClaim : IDisposable
{
    // What .NET passes on of a lock that another holds: EWOULDBLOCK of Linux and of macOS, Windows' ERROR_SHARING_VIOLATION.
    private static readonly int[] s_held = [11, 35, unchecked((int)0x80070020)];
    private readonly FileStream _file;

    private PartClaim(FileStream file)
    {
        _file = file;
    }

    /// <summary>Takes a part; null while another process, or another thread of this one, is at it.</summary>
    /// <param name="part">The part's file, which need not be there.</param>
    /// <exception cref="IOException">Nothing can be written beside it.</exception>
    public static PartClaim? TryTake(string part)
    {
        try
        {
            return new PartClaim(new FileStream(PathOf(part), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
        }
        catch (IOException e) when (s_held.Contains(e.HResult))
        {
            return null;
        }
        catch (UnauthorizedAccessException) when (OperatingSystem.IsWindows() && File.Exists(PathOf(part)))
        {
            // The file is being removed by who held it.
            return null;
        }
    }

    /// <summary>Removes what a process left that was killed between writing its part and letting go of it.</summary>
    public static void Forget(string part)
    {
        if (File.Exists(PathOf(part)))
        {
            TryTake(part)?.Dispose();
        }
    }

    /// <summary>Lets go.</summary>
    public void Dispose() => _file.Dispose();

    private static string PathOf(string part) => Path.Combine(Path.GetDirectoryName(part)!, $".{Path.GetFileName(part)}.lock");
}
