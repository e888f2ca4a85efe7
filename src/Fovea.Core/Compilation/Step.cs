namespace Fovea.Compilation;

/// <summary>One op of a <see cref="Program"/> with what it reads and what it makes.</summary>
/// <param name="op">The op.</param>
/// <param name="path">The module that it came from.</param>
/// <param name="inputs">What it reads.</param>
/// <param name="outputs">What it makes.</param>
internal sealed class Step(Op op, string path, Value[] inputs, Value[] outputs)
{
    public Op Op { get; } = op;

    public string Path { get; } = path;

    public Value[] Inputs { get; } = inputs;

    public Value[] Outputs { get; } = outputs;

    /// <summary>The constant that is read as input <paramref name="i"/>; null when there is no such input or it is not one.</summary>
    public Tensor? Constant(int i) => i < Inputs.Length ? Inputs[i].Constant : null;

    /// <summary>Whether all inputs from <paramref name="from"/> up to <paramref name="to"/> are constants.</summary>
    public bool AreConstant(int from, int to) => Inputs.AsSpan(from, to - from).ToArray().All(v => v.Constant is not null);
}

/// <summary>An op that takes the place of others, and what it reads.</summary>
internal readonly record struct Fusion(Op Op, Value[] Inputs);
