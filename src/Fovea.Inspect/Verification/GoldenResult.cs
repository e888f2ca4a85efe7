namespace Fovea.Inspect;

/// <summary>One tensor of a golden case.</summary>
/// <param name="Name">Its name in the file, such as <c>output.0</c> or <c>grad.input.0</c>.</param>
/// <param name="Error">The normalised error.</param>
public sealed record GoldenTensor(string Name, double Error);

/// <summary>What came of one golden case.</summary>
/// <param name="Mechanism">The mechanism's key.</param>
/// <param name="Case">The file's name without extension.</param>
/// <param name="Passed">Whether every tensor is within the tolerance.</param>
/// <param name="Worst">The largest normalised error; NaN when the case did not run.</param>
/// <param name="WorstTensor">Where it is, such as <c>grad.param.spatial.conv.weight</c>.</param>
/// <param name="Tolerance">The largest error allowed.</param>
/// <param name="Failure">Why it did not run or did not pass, or null.</param>
public sealed record GoldenResult(
    string Mechanism, string Case, bool Passed, double Worst, string WorstTensor, double Tolerance, string? Failure = null)
{
    /// <summary>Every tensor that was compared, in the order of the comparison.</summary>
    public IReadOnlyList<GoldenTensor> Tensors { get; init; } = [];

    /// <summary>How it was run.</summary>
    public GoldenPath Path { get; init; }

    /// <summary>The engine that it was run on, where that is not ours; null otherwise.</summary>
    public string? Engine { get; init; }

    /// <summary>Whether there was nothing to run: a case of training mode has no compiled form.</summary>
    public bool IsLeftOut { get; init; }

    /// <summary>What the case asks for that is not known here, by name; null when there is no such thing. It is neither passed nor failed.</summary>
    public string? Unsupported { get; init; }

    /// <summary>Whether it ran, or tried to, and did not pass.</summary>
    public bool Failed => !Passed && Unsupported is null;

    /// <summary>The case as one line: <c>PASS key case worst 3.1e-07 (grad.param.…) tolerance 2.0e-05</c>; a path other than eager stands behind the case, and an engine other than ours.</summary>
    public override string ToString()
    {
        string name = Path == GoldenPath.Eager ? $"{Mechanism} {Case}" : $"{Mechanism} {Case} {Path.ToString().ToLowerInvariant()}";
        name = Engine is null ? name : $"{name} {Engine}";
        FormattableString line = IsLeftOut ? $"SKIP {name}: {Failure ?? "a case of training mode has no compiled form"}"
            : Unsupported is not null ? $"UNSUPPORTED {name}: {Unsupported}"
            : double.IsNaN(Worst) ? $"FAIL {name}: {Failure}"
            : (FormattableString)$"{(Passed ? "PASS" : "FAIL")} {name} worst {Worst:0.0e-00} ({WorstTensor}) tolerance {Tolerance:0.0e-00}{(Failure is null ? string.Empty : $": {Failure}")}";
        return line.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
