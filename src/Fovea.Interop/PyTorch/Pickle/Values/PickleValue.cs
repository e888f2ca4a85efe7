using System.Numerics;

namespace Fovea.Io;

/// <summary>A node of the tree that a pickle holds: plain data, containers, tensors, and inert objects. No object of the file's choice is ever made.</summary>
public abstract class PickleValue
{
    private protected PickleValue()
    {
    }

    /// <summary>What it is, as Python names it: <c>int</c>, <c>dict</c>, <c>Tensor</c>.</summary>
    public abstract string Kind { get; }
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

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("R", null);
}

/// <summary>A <c>str</c>.</summary>
public sealed class PickleText : PickleValue
{
    private int? _hash;

    internal PickleText(string value) => Value = value;

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <inheritdoc/>
    public override string Kind => "str";

    /// <summary>The hash of the text, computed once: a file may use a long text as a key again and again.</summary>
    internal int Hash => _hash ??= Value.GetHashCode(StringComparison.Ordinal);

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

    /// <inheritdoc/>
    public override string ToString() => Name;
}
