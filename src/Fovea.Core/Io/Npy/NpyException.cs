namespace Fovea.Io;

/// <summary>A file breaks the rules of NumPy's .npy or .npz format, or holds an element type that tensors do not have.</summary>
public sealed class NpyException : DataFormatException
{
    /// <summary>Creates the error with the message <c>npy: problem</c>, or <c>path: problem</c> where a file is read.</summary>
    public NpyException(string problem, string? path = null, Exception? inner = null)
        : base($"{path ?? "npy"}: {problem}{(problem.EndsWith('?') ? "" : ".")}", inner) => Problem = problem;

    internal string Problem { get; }
}
