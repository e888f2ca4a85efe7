using System.Collections.Immutable;

namespace Fovea.Compilation;

/// <summary>One op of a <see cref="Program"/> with what it reads and what it makes.</summary>
public sealed class Step
{
    internal Step(Op op, string path, ImmutableArray<Value> inputs, ImmutableArray<Value> outputs) =>
        (Op, Path, Inputs, Outputs) = (op, path, inputs, outputs);

    /// <summary>The op with its attributes.</summary>
    public Op Op { get; }

    /// <summary>The module that it came from, such as <c>layer1.0.conv1</c>; empty at the top.</summary>
    public string Path { get; }

    /// <summary>What it reads.</summary>
    public ImmutableArray<Value> Inputs { get; }

    /// <summary>What it makes.</summary>
    public ImmutableArray<Value> Outputs { get; }

    /// <summary>The constant that is read as input <paramref name="i"/>; null when there is no such input or it is not one.</summary>
    internal Tensor? Constant(int i) => i < Inputs.Length ? Inputs[i].Constant : null;

    /// <summary>Whether all inputs from <paramref name="from"/> up to <paramref name="to"/> are constants.</summary>
    internal bool AreConstant(int from, int to) => Inputs[from..to].All(v => v.Constant is not null);
}

/// <summary>An op that takes the place of others, and what it reads.</summary>
internal readonly record struct Fusion(Op Op, ImmutableArray<Value> Inputs);
