namespace Fovea.Training;

/// <summary>
/// Training diverged: the loss or a gradient was not finite again and again, although each time the last good state was restored with
/// half the learning rate. The command line exits with 4.
/// </summary>
public sealed class DivergedException : FoveaException
{
    /// <summary>Creates the error.</summary>
    public DivergedException(string message)
        : base(message)
    {
    }
}
