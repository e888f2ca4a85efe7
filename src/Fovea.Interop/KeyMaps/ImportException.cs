namespace Fovea.Io;

/// <summary>Weights of another library cannot be taken over: their source is unknown or ambiguous, or its options contradict the module's.</summary>
public sealed class ImportException : DataFormatException
{
    internal ImportException(string message)
        : base(message)
    {
    }
}
