namespace Fovea.Distributed;

/// <summary>MPI was asked for and cannot be loaded or started, or refused what it was asked to do.</summary>
public sealed class MpiException : FoveaException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was to be done, what MPI answered, what to do.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public MpiException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
