using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fovea.Simd.Memory;

/// <summary>
/// What a fresh page of 4 kB costs on this machine, from the first write to it until the write is done: clearing it and a fault, which is cheap on
/// most machines. A virtual machine was seen to take 11 to 14 µs.
/// </summary>
public static unsafe partial class FreshPages
{
    // A large page stands for 512 small ones. Where the system had to make room for it first, it was seen to take 2.3 ms, which is 4.5 µs for each.
    private const double SlowMicroseconds = 4.5;
    private const int Page = 4096;
    private const int Rounds = 4;
    private const int PagesEach = 8;

    // PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS.
    private const int ReadAndWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private static readonly Lazy<double> s_microseconds = new(Measure);

    /// <summary>Whether small pages cost more than large ones that the system has to make room for. Measured once, when first asked; false where it is not Linux.</summary>
    public static bool AreSlow => Microseconds > SlowMicroseconds;

    /// <summary>Microseconds a page, the least of several rounds; 0 where it is not Linux.</summary>
    internal static double Microseconds => s_microseconds.Value;

    private static double Measure()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        try
        {
            const nuint length = Rounds * PagesEach * Page;
            byte* at = (byte*)Map(null, length, ReadAndWrite, PrivateAnonymous, -1, 0);
            if (at == (byte*)-1)
            {
                return 0;
            }

            double least = double.MaxValue;
            for (int round = 0; round < Rounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < PagesEach; i++)
                {
                    Volatile.Write(ref at[((round * PagesEach) + i) * Page], 1);
                }

                least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMicroseconds / PagesEach);
            }

            _ = Unmap(at, length);
            return least;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* at, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* at, nuint length);
}
