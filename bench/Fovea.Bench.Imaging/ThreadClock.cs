using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fovea.Bench.Imaging;

/// <summary>The processor time of the calling thread: on a machine that does other work as well, a clock on the wall tells more of the others.</summary>
internal static class ThreadClock
{
    private const int OwnThread = 3;

    /// <summary>In seconds since some moment; where the system has no such clock, those of the stopwatch.</summary>
    public static double Seconds => OperatingSystem.IsLinux() && Environment.Is64BitProcess && GetTime(OwnThread, out Reading now) == 0
        ? now.Seconds + (1e-9 * now.Nanoseconds)
        : (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency;

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out Reading time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Reading
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
