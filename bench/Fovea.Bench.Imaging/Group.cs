using System.Diagnostics;
using System.Globalization;

namespace Fovea.Bench.Imaging;

/// <summary>Pictures that make one row: a file by itself, or all photographs.</summary>
internal sealed record Group(string Name, IReadOnlyList<Picture> Pictures)
{
    private const int MemoryRuns = 3;

    /// <summary>The rows of a folder's pictures.</summary>
    public static IReadOnlyList<Group> Of(IReadOnlyList<Picture> pictures)
    {
        Picture[] photos = [.. pictures.Where(p => p.Name.StartsWith("photo-", StringComparison.Ordinal))];
        IEnumerable<Group> single = pictures.Except(photos).Select(p => new Group(p.Name, [p]));
        return photos.Length > 0 ? [.. single, new Group($"{photos.Length} photographs", photos)] : [.. single];
    }

    /// <summary>Millions of pixels in one pass over the pictures.</summary>
    public double Megapixels => Pictures.Sum(p => (double)p.Expected.Width * p.Expected.Height) / 1e6;

    /// <summary>The largest difference of any picture.</summary>
    public int Difference(Decoder decoder) => Pictures.Max(p => p.Difference(decoder.Pixels(p.File, p.Expected.Channels)));

    /// <summary>Seconds of one pass.</summary>
    public double Seconds(Decoder decoder)
    {
        long start = Stopwatch.GetTimestamp();
        Pass(decoder);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Managed bytes that a pass allocates on its thread, of a process that has made such a pass before.</summary>
    public long Allocated(Decoder decoder)
    {
        Pass(decoder);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass(decoder);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>
    /// By how many bytes the resident memory of a new process rises at most in its first pass over the pictures, managed and native; what the library takes
    /// once has been taken by a small picture before. The median of a few; Linux only.
    /// </summary>
    public long? Peak(string folder, Decoder decoder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        long[] rises = new long[MemoryRuns];
        foreach (ref long rise in rises.AsSpan())
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, ["--memory", folder, Name, decoder.Name]) { RedirectStandardOutput = true };
            using Process child = Process.Start(start)!;
            rise = long.Parse(child.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
            child.WaitForExit();
        }

        Array.Sort(rises);
        return rises[MemoryRuns / 2];
    }

    /// <summary>What the new process does.</summary>
    /// <param name="small">A small picture of the same format.</param>
    /// <param name="decoder">Of the library.</param>
    public long Rise(byte[] small, Decoder decoder)
    {
        decoder.Decode(small, Pictures[0].Expected.Channels);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

        // Sets the mark of the highest resident memory back to the present one.
        File.WriteAllText("/proc/self/clear_refs", "5");
        long before = Status("VmRSS");
        Pass(decoder);
        return Status("VmHWM") - before;
    }

    private static long Status(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private void Pass(Decoder decoder)
    {
        foreach (Picture picture in Pictures)
        {
            decoder.Decode(picture.File, picture.Expected.Channels);
        }
    }
}
