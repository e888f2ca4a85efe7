using System.Security.Cryptography;

namespace Fovea.Io;

/// <summary>
/// Replaces files so that a reader sees the old content or the new, never a part: whatever stops the writer, a full disk or
/// <c>kill -9</c>, the old file stays loadable.
/// </summary>
/// <remarks>
/// The content goes to a temporary file in the same folder, is flushed to the disk and renamed over the target. A symbolic link is
/// followed, the permissions of a file that is replaced are kept, and what earlier writers left behind when they were killed is removed.
/// </remarks>
public static class AtomicFile
{
    // Windows' ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL; ENOSPC, and EDQUOT of Linux and of macOS, which .NET passes on as they are.
    private static readonly int[] s_diskFull = [unchecked((int)0x80070027), unchecked((int)0x80070070), 28, 122, 69];
    private static readonly TimeSpan s_leftoverAge = TimeSpan.FromMinutes(10);

    /// <summary>Writes a file in one step.</summary>
    /// <param name="path">The file to make or to replace; its folder must exist.</param>
    /// <param name="write">Writes the content to the stream it is given, which cannot be read.</param>
    /// <param name="expectedBytes">The length the file will have, if known: a disk that is too small is then found before anything is written.</param>
    /// <exception cref="DiskFullException">There is not enough room.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write, long expectedBytes = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var file = new FileInfo(path);
        string target = file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        string folder = Path.GetDirectoryName(target) ?? throw new IOException($"{path}: is a folder, not a file.");
        string prefix = Prefix(target);
        RemoveLeftovers(folder, prefix, s_leftoverAge);
        long free = FreeBytes(folder);
        if (free >= 0 && expectedBytes > free)
        {
            throw new DiskFullException(path, expectedBytes, free);
        }

        string temporary = Path.Combine(folder, $"{prefix}{RandomNumberGenerator.GetHexString(8, lowercase: true)}.tmp");
        long written = 0;
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                try
                {
                    write(stream);
                    stream.Flush(flushToDisk: true);
                }
                finally
                {
                    written = stream.Position;
                }
            }

            KeepPermissions(target, temporary);
            File.Move(temporary, target, overwrite: true);
        }
        catch (IOException error) when (IsDiskFull(error))
        {
            Delete(temporary);
            throw new DiskFullException(path, Math.Max(expectedBytes, written), FreeBytes(folder), error);
        }
        catch
        {
            Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes a file of given bytes in one step.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream}, long)" path="/exception"/>
    public static void Write(string path, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        Write(path, stream => stream.Write(content), content.Length);
    }

    /// <summary>Removes what writers of a file left behind when they were killed, however lately: for who knows that nobody else is writing it.</summary>
    /// <param name="path">The file, which need not be there.</param>
    public static void RemoveLeftovers(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        RemoveLeftovers(Path.GetDirectoryName(full)!, Prefix(full), TimeSpan.Zero);
    }

    /// <summary>Whether the disk has no room left.</summary>
    internal static bool IsDiskFull(IOException error) => s_diskFull.Contains(error.HResult);

    /// <summary>Bytes that the disk of a folder has left; negative when the system would not say.</summary>
    internal static long FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return -1;
        }
    }

    // Names may be as long as the system allows, so the temporary one takes only their beginning.
    private static string Prefix(string target)
    {
        string name = Path.GetFileName(target);
        return $".{(name.Length <= 60 ? name : name[..60])}.";
    }

    private static void RemoveLeftovers(string folder, string prefix, TimeSpan age)
    {
        DateTime before = DateTime.UtcNow - age;
        foreach (string path in Directory.EnumerateFiles(folder, "*.tmp"))
        {
            string name = Path.GetFileName(path);
            bool isOurs = name.StartsWith(prefix, StringComparison.Ordinal) && name.Length == prefix.Length + "00000000.tmp".Length;
            if (isOurs && File.GetLastWriteTimeUtc(path) <= before)
            {
                try
                {
                    // Opening exclusively fails while the writer lives.
                    new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None).Dispose();
                    File.Delete(path);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    continue;
                }
            }
        }
    }

    private static void KeepPermissions(string target, string temporary)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(target))
        {
            File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
        }
    }

    private static void Delete(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The error that brought us here says more than that a temporary file stays.
        }
    }
}
