using System.Collections;

namespace Fovea;

/// <summary>
/// What sets an op apart from others of its type: its attributes by name, as numbers. Made with a collection initializer:
/// <c>new() { { "axis", axis }, { "keep_dim", keepDim } }</c>.
/// </summary>
public sealed class OpAttributes : IEnumerable<OpAttribute>, IEquatable<OpAttributes>
{
    private readonly List<OpAttribute> _all = [];

    /// <summary>Those of an op that has none.</summary>
    public static OpAttributes None { get; } = new();

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>The attribute at a place, in the order in which they were added.</summary>
    public OpAttribute this[int i] => _all[i];

    /// <summary>Adds a number.</summary>
    public void Add(string name, double number) => Add(name, new double[] { number });

    /// <summary>Adds a whole number.</summary>
    public void Add(string name, int number) => Add(name, (double)number);

    /// <summary>Adds a number that may be absent.</summary>
    public void Add(string name, double? number) => Add(name, number is { } there ? new[] { there } : Array.Empty<double>());

    /// <summary>Adds a choice: 1 for true, 0 for false.</summary>
    public void Add(string name, bool value) => Add(name, value ? 1.0 : 0.0);

    /// <summary>Adds lengths, axes or places.</summary>
    public void Add(string name, ReadOnlySpan<int> numbers) => Add(name, Array.ConvertAll(numbers.ToArray(), n => (double)n));

    /// <summary>Adds numbers of height and width.</summary>
    public void Add(string name, Size2 size) => Add(name, new double[] { size.Height, size.Width });

    /// <summary>Adds a seed, in two halves: not every one is a double.</summary>
    public void Add(string name, ulong seed) => Add(name, new double[] { seed >> 32, (uint)seed });

    /// <summary>The numbers of an attribute as integers.</summary>
    /// <exception cref="ArgumentException">There is no attribute of that name.</exception>
    public int[] Integers(string name) => _all.Find(a => a.Name == name) is { Name: not null } found
        ? [.. found.Numbers.Select(n => checked((int)n))]
        : throw new ArgumentException(
            $"OpAttributes: expected one of {string.Join(", ", _all.Select(a => a.Name))}, got \"{name}\".", nameof(name));

    /// <inheritdoc/>
    public bool Equals(OpAttributes? other) => other is not null && _all.SequenceEqual(other._all);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as OpAttributes);

    /// <inheritdoc/>
    public override int GetHashCode() => _all.Aggregate(_all.Count, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _all);

    /// <inheritdoc/>
    public IEnumerator<OpAttribute> GetEnumerator() => _all.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(string name, double[] numbers) => _all.Add(new OpAttribute(name, numbers));
}

/// <summary>One attribute of an op.</summary>
/// <param name="Name">As users know it, such as <c>axis</c>.</param>
/// <param name="Numbers">Its value: one number, several, or none where it is absent.</param>
public readonly record struct OpAttribute(string Name, IReadOnlyList<double> Numbers)
{
    /// <summary>Whether names and numbers are the same.</summary>
    public bool Equals(OpAttribute other) => Name == other.Name && Numbers.SequenceEqual(other.Numbers);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Numbers.Count);

    /// <summary>As messages print it: <c>shape 2 × 64</c>.</summary>
    public override string ToString() => $"{Name} {string.Join(" × ", Numbers)}";
}
