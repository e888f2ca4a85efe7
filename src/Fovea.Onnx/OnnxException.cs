namespace Fovea.Onnx;

/// <summary>An ONNX file breaks the rules of its format, or asks for what is not known here.</summary>
public sealed class OnnxException : DataFormatException
{
    /// <summary>Creates the error.</summary>
    /// <param name="problem">What is wrong, without a full stop.</param>
    /// <param name="path">The file; null when the model comes from a stream.</param>
    /// <param name="inner">What was raised first.</param>
    public OnnxException(string problem, string? path = null, Exception? inner = null)
        : base($"{path ?? "ONNX model"}: {problem}.", inner) => Problem = problem;

    /// <summary>Creates the error of a model that asks for what is not known.</summary>
    /// <param name="problems">Everything that it asks for, at least one thing.</param>
    /// <param name="path">The file; null when the model comes from a stream.</param>
    internal OnnxException(IReadOnlyList<OnnxProblem> problems, string? path)
        : this(Describe(problems), path) => Problems = problems;

    private OnnxException(OnnxException error, string path)
        : this(error.Problem, path, error) => Problems = error.Problems;

    /// <summary>What is wrong, without the file's name.</summary>
    public string Problem { get; }

    /// <summary>The nodes that cannot be run, all of them; empty when the file itself is broken.</summary>
    public IReadOnlyList<OnnxProblem> Problems { get; } = [];

    /// <summary>The same error with the name of the file.</summary>
    internal OnnxException In(string path) => new(this, path);

    private static string Describe(IReadOnlyList<OnnxProblem> problems)
    {
        // A net repeats its layers: what is the same for many nodes is said once.
        IEnumerable<string> said = problems.GroupBy(p => (p.Operator, p.Reason)).Select(group =>
        {
            const int shown = 3;
            OnnxProblem[] all = [.. group];
            string more = all.Length > shown ? $" and {all.Length - shown} more" : string.Empty;
            return $"{group.Key.Operator} in {string.Join(", ", all.Take(shown).Select(p => $"\"{p.Node}\""))}{more}: {group.Key.Reason}";
        });
        return $"{problems.Count} node{(problems.Count == 1 ? string.Empty : "s")} cannot be run here: {string.Join("; ", said)}";
    }
}

/// <summary>A node of an ONNX model that cannot be run.</summary>
/// <param name="Node">The node's name, or its first output where it has none.</param>
/// <param name="OpType">The operator, such as <c>Conv</c>.</param>
/// <param name="Domain">Whose operator it is; empty for ONNX's own.</param>
/// <param name="Version">The version of the domain's operators that the model imports; 0 when it imports none.</param>
/// <param name="Reason">What is not known.</param>
public sealed record OnnxProblem(string Node, string OpType, string Domain, long Version, string Reason)
{
    /// <summary>Domain, operator and version as messages print them: <c>com.microsoft.FusedConv 1</c>.</summary>
    public string Operator => $"{(Domain.Length == 0 ? string.Empty : $"{Domain}.")}{OpType} {Version}";
}
