using System.Globalization;

namespace Fovea.Simd.Memory;

/// <summary>
/// The system has no memory left for a tensor or for what a kernel works in, although everything that could be given back was.
/// </summary>
public sealed class NativeMemoryException : OutOfMemoryException
{
    /// <summary>Creates the error.</summary>
    /// <param name="requested">Bytes that were asked for.</param>
    /// <param name="inUse">Bytes that were taken from the system before.</param>
    public NativeMemoryException(long requested, long inUse)
        : base($"Memory: expected room for {Text(requested)} beside the {Text(inUse)} that are in use, got none from the system; take fewer or "
            + "smaller images at a time, dispose tensors that are no longer needed, or give the process more memory.") =>
        (RequestedBytes, InUseBytes) = (requested, inUse);

    /// <summary>Bytes that were asked for.</summary>
    public long RequestedBytes { get; }

    /// <summary>Bytes that had been taken from the system before.</summary>
    public long InUseBytes { get; }

    private static string Text(long bytes) => bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MiB");
}
