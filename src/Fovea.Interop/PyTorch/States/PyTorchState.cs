namespace Fovea.Io;

/// <summary>The weights of a model in a PyTorch file, and what lies beside them.</summary>
/// <param name="Key">Where the state dict lies: keys and positions joined by dots, <c>state.model</c>; empty for the file itself. Fit to be printed, as the alternatives are: a key that is long or cannot be seen is shortened or spelt out.</param>
/// <param name="Tensors">The tensors by name, without the prefixes of wrappers.</param>
public sealed record PyTorchState(string Key, IReadOnlyDictionary<string, Tensor> Tensors)
{
    /// <summary>Keys of other state dicts in the file, any of which may be asked for, the nearest first.</summary>
    public IReadOnlyList<string> Alternatives { get; init; } = [];

    /// <summary>What is not among the tensors, each as <c>args (argparse.Namespace)</c>: one line, fit to be printed.</summary>
    public IReadOnlyList<string> LeftAside { get; init; } = [];

    /// <summary>That there was a choice, and how to make another; null where there was none.</summary>
    public string? ChoiceNote => Alternatives.Count == 0
        ? null
        : $"took the state dict '{Key}'; there are others: {Some(Alternatives)}; choose with --key";

    /// <summary>What was left aside, in a sentence; null for nothing.</summary>
    public string? LeftAsideNote => LeftAside.Count == 0 ? null : $"left aside: {Some(LeftAside)}";

    private static string Some(IReadOnlyList<string> names)
    {
        const int shown = 12;
        return names.Count <= shown ? string.Join(", ", names) : $"{string.Join(", ", names.Take(shown))} and {names.Count - shown} more";
    }
}
