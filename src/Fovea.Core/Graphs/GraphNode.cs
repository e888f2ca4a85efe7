namespace Fovea;

/// <summary>One op of a <see cref="Graph"/>.</summary>
/// <param name="Op">The op with its attributes.</param>
/// <param name="Path">The module it ran in, such as <c>layer1.0.conv1</c>; empty at the top.</param>
/// <param name="Inputs">Numbers of the input values.</param>
/// <param name="Outputs">Numbers of the output values.</param>
public sealed record GraphNode(Op Op, string Path, IReadOnlyList<int> Inputs, IReadOnlyList<int> Outputs)
{
    /// <summary>How long the op took while it was traced, the memory for its outputs included.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>How long backward passes spent in the op so far; zero when none came by.</summary>
    public TimeSpan BackwardElapsed { get; internal set; }
}
