namespace Fovea;

/// <summary>More memory is needed than the system, or a limit, gives.</summary>
public sealed class MemoryException : FoveaException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was to be done, how much it takes, how much there is, and what would fit.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public MemoryException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    internal static MemoryException Refused(long bytes, Exception inner) => new(
        $"memory: the system has none left for {bytes:N0} bytes, beside {TensorMemory.NativeBytes:N0} that tensors hold; "
        + "take smaller batches or images, or end other processes.", inner);
}
