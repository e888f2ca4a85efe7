using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fovea.Soak;

/// <summary>The time that the calling thread has computed: on a loaded machine a clock on the wall tells more of the others.</summary>
internal static class ThreadTime
{
    private const int ThreadClock = 3;

    /// <summary>In milliseconds since some moment; where the system has no such clock, those of the stopwatch.</summary>
    public static double Milliseconds => OperatingSystem.IsLinux() && Environment.Is64BitProcess && GetTime(ThreadClock, out TimeOfClock time) == 0
        ? 1e3 * time.Seconds + 1e-6 * time.Nanoseconds
        : 1e3 * Stopwatch.GetTimestamp() / Stopwatch.Frequency;

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out TimeOfClock time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeOfClock
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
