using System.Runtime.InteropServices;

namespace Fovea.Torch;

/// <summary>
/// The heap of the process, which libtorch takes the memory of its tensors from on a processor. glibc gives what is freed at its end back to the system at once, and takes blocks beyond 32 MB from
/// the system each time: every pass of a network then pays for its pages anew (ResNet-50, batch 8, two threads: 1083 ms a pass, and 385 ms where they stay). Once libtorch is loaded, they stay.
/// </summary>
internal static class HeapMemory
{
    // mallopt's names for these, of glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int Never = -1;
    private const int LargestMapped = 1 << 30;

    private delegate int Option(int name, int value);

    /// <summary>Has the heap keep what is freed, where it is glibc's and nobody has said otherwise.</summary>
    public static void Keep()
    {
        bool isSaid = new[] { "GLIBC_TUNABLES", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_" }.Any(v => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(v)));
        if (OperatingSystem.IsLinux() && !isSaid && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "mallopt", out nint address))
        {
            Option set = Marshal.GetDelegateForFunctionPointer<Option>(address);
            set(TrimThreshold, Never);
            set(MapThreshold, LargestMapped);
        }
    }
}
