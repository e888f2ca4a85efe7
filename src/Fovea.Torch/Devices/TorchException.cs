namespace Fovea.Torch;

/// <summary>libtorch is asked for and is not there, or cannot run what it is asked to.</summary>
public sealed class TorchException : FoveaException
{
    /// <summary>Creates the error with the message <c>libtorch: message</c>.</summary>
    /// <param name="message">What was expected, what came, what to do.</param>
    /// <param name="inner">What went wrong below; null for nothing.</param>
    public TorchException(string message, Exception? inner = null)
        : base($"libtorch: {message}", inner)
    {
    }
}
