namespace Fovea.Io;

/// <summary>Weights are of another model than the one that they are fitted to, or fill too little of it.</summary>
public sealed class WeightsMismatchException : DataFormatException
{
    internal WeightsMismatchException(string message)
        : base(message)
    {
    }
}
