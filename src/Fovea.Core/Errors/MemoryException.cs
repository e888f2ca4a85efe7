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
}
