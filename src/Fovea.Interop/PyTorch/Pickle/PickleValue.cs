using System.Numerics;

namespace Fovea.Io;

/// <summary>A node of the tree that a pickle holds: plain data, containers and tensors. No object of the file's choice is ever made.</summary>
public abstract class PickleValue
{
    private protected PickleValue()
    {
    }

    /// <summary>What it is, as Python names it: <c>int</c>, <c>dict</c>, <c>Tensor</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>
    /// What dictionary keys are compared by: 1, 1.0 and True are different keys here, as no checkpoint mixes them. Numbers are
    /// split into parts that hash with the process' seed; the framework's own hash of a double would let a file make every key collide.
    /// </summary>
    internal virtual object Identity => this;

    private protected static object Split(char kind, long bits) => (kind, (int)(bits >> 32), (int)bits);
}

/// <summary><c>None</c>.</summary>
public sealed class PickleNone : PickleValue
{
    private PickleNone()
    {
    }

    /// <summary>The only one.</summary>
    public static PickleNone Instance { get; } = new();

    /// <inheritdoc/>
    public override string Kind => "None";

    /// <inheritdoc/>
    public override string ToString() => Kind;
}

/// <summary>A <c>bool</c>.</summary>
public sealed class PickleBool : PickleValue
{
    private PickleBool(bool value) => Value = value;

    /// <summary>The value.</summary>
    public bool Value { get; }

    /// <inheritdoc/>
    public override string Kind => "bool";

    internal static PickleBool False { get; } = new(false);

    internal static PickleBool True { get; } = new(true);

    internal override object Identity => Value;

    /// <inheritdoc/>
    public override string ToString() => Value ? "True" : "False";
}

/// <summary>An <c>int</c> of any size.</summary>
public sealed class PickleInteger : PickleValue
{
    internal PickleInteger(BigInteger value) => Value = value;

    /// <summary>The value.</summary>
    public BigInteger Value { get; }

    /// <inheritdoc/>
    public override string Kind => "int";

    internal override object Identity => Value >= long.MinValue && Value <= long.MaxValue ? Split('i', (long)Value) : Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}

/// <summary>A <c>float</c>.</summary>
public sealed class PickleFloat : PickleValue
{
    internal PickleFloat(double value) => Value = value;

    /// <summary>The value.</summary>
    public double Value { get; }

    /// <inheritdoc/>
    public override string Kind => "float";

    internal override object Identity => Split('f', BitConverter.DoubleToInt64Bits(Value));

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("R", null);
}

/// <summary>A <c>str</c>.</summary>
public sealed class PickleText : PickleValue
{
    internal PickleText(string value) => Value = value;

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <inheritdoc/>
    public override string Kind => "str";

    internal override object Identity => Value;

    /// <inheritdoc/>
    public override string ToString() => $"'{Value}'";
}

/// <summary><c>bytes</c>.</summary>
public sealed class PickleBytes : PickleValue
{
    internal PickleBytes(byte[] value) => Value = value;

    /// <summary>The value.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <inheritdoc/>
    public override string Kind => "bytes";
}

/// <summary>A constant of PyTorch's that stands for itself, such as <c>torch.float32</c>.</summary>
public sealed class PickleSymbol : PickleValue
{
    internal PickleSymbol(string name) => Name = name;

    /// <summary>Its full name in Python.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string Kind => Name;

    internal override object Identity => ('s', Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
