using System.Globalization;

namespace Fovea.Simd.Drivers;

/// <summary>
/// What the machine says of its caches, in one place. What is read here decides how memory is used (stores past the caches, prefetches, what threads
/// share), and never in which order numbers are added up: the same seed gives the same bits on every machine of one register width.
/// </summary>
internal static class CacheSizes
{
    // Where Linux says what the first processor has; other systems are taken for a usual machine.
    private const string Folder = "/sys/devices/system/cpu/cpu0/cache";
    private const long Usual = 8L << 20;

    // Below the least, results are handed on through memory wherever they go. A virtual machine is told the cache of a whole socket and has a part
    // of it: what is told of more than the usual says nothing.
    private const long Least = 4L << 20;
    private const long Most = Usual;
    private const long UsualSecond = 1L << 20;
    private static readonly long s_told = Read(Folder) ?? Usual;
    private static long s_lastLevel = Math.Clamp(s_told, Least, Most);
    private static long s_secondLevel = Read(Folder, level: 2) ?? UsualSecond;

    /// <summary>Bytes of the last level of the caches as the system says, however many others use it too.</summary>
    public static long Told => s_told;

    /// <summary>Bytes of the last level of the caches that the process can count on.</summary>
    public static long LastLevel => Volatile.Read(ref s_lastLevel);

    /// <summary>Bytes of the second level, which a processor has to itself.</summary>
    public static long SecondLevel => Volatile.Read(ref s_secondLevel);

    /// <summary>Bytes of data that threads still hand to one another through the last level, together with what falls out of it meanwhile.</summary>
    public static long Shared => LastLevel * 3 / 2;

    /// <summary>Bytes from which on a result is out of every cache when the op after reads it.</summary>
    public static long Beyond => 3 * LastLevel;

    /// <summary>The largest cache that a folder in the form of Linux' sysfs describes, in bytes; null where it describes none.</summary>
    /// <param name="folder">With a folder for each cache, and in it the files <c>level</c>, <c>type</c> and <c>size</c> (such as <c>8192K</c>).</param>
    /// <param name="level">Of which level; null for any.</param>
    public static long? Read(string folder, int? level = null)
    {
        try
        {
            long largest = 0;
            foreach (string cache in Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, "index*") : [])
            {
                bool counts = Text(cache, "type") != "Instruction" && (level is null || Number(Text(cache, "level")) == level);
                largest = Math.Max(largest, counts ? Bytes(Text(cache, "size")) : 0);
            }

            return largest > 0 ? largest : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Takes another size for those of the machine's second and last level, until the result is disposed: for tests.</summary>
    public static IDisposable Assume(long size) => new Assumption(Interlocked.Exchange(ref s_lastLevel, size), Interlocked.Exchange(ref s_secondLevel, size));

    private static string Text(string cache, string name) => File.ReadAllText(Path.Combine(cache, name)).Trim();

    private static long Bytes(string text) => text switch
    {
        [.. var digits, 'K'] => Number(digits) << 10,
        [.. var digits, 'M'] => Number(digits) << 20,
        _ => Number(text),
    };

    private static long Number(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    private sealed class Assumption(long lastLevel, long secondLevel) : IDisposable
    {
        public void Dispose()
        {
            Volatile.Write(ref s_lastLevel, lastLevel);
            Volatile.Write(ref s_secondLevel, secondLevel);
        }
    }
}
