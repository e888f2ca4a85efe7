namespace Fovea.Io;

/// <summary>A PyTorch file is damaged, wants something that is not allowed, or holds something that tensors do not have.</summary>
public sealed class PickleException : DataFormatException
{
    /// <summary>Creates the error with the message <c>pth: problem</c>, or <c>path: problem</c> where a file is read.</summary>
    public PickleException(string problem, string? path = null, Exception? inner = null)
        : base($"{path ?? "pth"}: {problem}{(problem.EndsWith('?') ? "" : ".")}", inner) => Problem = problem;

    internal string Problem { get; }
}
