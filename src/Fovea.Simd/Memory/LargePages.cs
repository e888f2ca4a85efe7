using System.Runtime.InteropServices;

namespace Fovea.Simd.Memory;

/// <summary>
/// Asks Linux to back large blocks with pages of 2 MB. Fresh memory is then mapped and cleared in pieces of 2 MB instead of 4 kB, which
/// takes a fraction of the time; elsewhere, or where the system has been told not to, nothing happens.
/// </summary>
internal static unsafe partial class LargePages
{
    /// <summary>Length of a large page in bytes, and the alignment of the blocks that have some.</summary>
    public const int Bytes = 1 << 21;

    private const int MadvHugePage = 14;
    private static bool s_isSilent = !OperatingSystem.IsLinux();

    /// <summary>Asks for large pages in a fresh block that begins at a multiple of <see cref="Bytes"/>.</summary>
    public static void Ask(void* at, long bytes)
    {
        if (s_isSilent)
        {
            return;
        }

        try
        {
            // What it answers does not matter: a system without large pages goes on with small ones.
            _ = Advise(at, (nuint)(bytes & -Bytes), MadvHugePage);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            s_isSilent = true;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* at, nuint length, int advice);
}
