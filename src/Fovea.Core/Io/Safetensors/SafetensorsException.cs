namespace Fovea.Io;

/// <summary>A file breaks the rules of the safetensors format, or holds an element type that tensors do not have.</summary>
public sealed class SafetensorsException : DataFormatException
{
    /// <summary>Creates the error with the message <c>safetensors: problem</c>, or <c>path: problem</c> where a file is read.</summary>
    public SafetensorsException(string problem, string? path = null, Exception? inner = null)
        : base($"{path ?? "safetensors"}: {problem}{(problem.EndsWith('?') ? "" : ".")}", inner) => Problem = problem;

    internal string Problem { get; }
}
