using Microsoft.Win32.SafeHandles;

namespace Fovea.Training.Data;

/// <summary>Ranges of files, read from many threads at once. The files read last stay open, so many at most, however many a set has.</summary>
internal static class ShardFiles
{
    private const int MostOpen = 64;
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<string, SafeFileHandle> s_open = new(StringComparer.Ordinal);
    private static readonly Queue<string> s_opened = new();

    /// <summary>Fills a span from a place in a file.</summary>
    /// <exception cref="DataException">The file cannot be read, or ends before.</exception>
    public static void Read(string path, long offset, Span<byte> target)
    {
        try
        {
            while (true)
            {
                try
                {
                    Fill(Opened(path), path, offset, target);
                    return;
                }
                catch (ObjectDisposedException)
                {
                    // Another thread opened many others since: it is opened again.
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: cannot be read at byte {offset}: {e.Message}", e);
        }
    }

    /// <summary>Forgets a file that is about to be replaced.</summary>
    public static void Close(string path)
    {
        lock (s_gate)
        {
            if (s_open.Remove(path, out SafeFileHandle? handle))
            {
                handle.Dispose();
            }
        }
    }

    private static void Fill(SafeFileHandle handle, string path, long offset, Span<byte> target)
    {
        int filled = 0;
        while (filled < target.Length)
        {
            int got = RandomAccess.Read(handle, target[filled..], offset + filled);
            filled += got > 0 ? got : throw new DataException($"{path}: ends at byte {offset + filled}, inside what its index says is there; get the file again.");
        }
    }

    private static SafeFileHandle Opened(string path)
    {
        lock (s_gate)
        {
            if (s_open.TryGetValue(path, out SafeFileHandle? handle))
            {
                return handle;
            }

            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            s_open.Add(path, handle);
            s_opened.Enqueue(path);

            // In the order of their opening; a name may have been closed since.
            while (s_open.Count > MostOpen)
            {
                if (s_open.Remove(s_opened.Dequeue(), out SafeFileHandle? oldest))
                {
                    oldest.Dispose();
                }
            }

            return handle;
        }
    }
}
