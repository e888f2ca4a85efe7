namespace Fovea.Training;

/// <summary>Numbers by name, in an order. Two are equal if they have the same names with the same values in the same order.</summary>
public sealed class MetricSet : IEquatable<MetricSet>
{
    /// <summary>A set of some numbers.</summary>
    /// <param name="values">Each with its name; null stands for one that is not known.</param>
    public MetricSet(params (string Name, double? Value)[] values) => Values = values ?? throw new ArgumentNullException(nameof(values));

    /// <summary>No numbers.</summary>
    public static MetricSet Empty { get; } = new();

    /// <summary>The numbers in their order.</summary>
    public IReadOnlyList<(string Name, double? Value)> Values { get; }

    /// <summary>The number of a name; null when there is none, or it is not known.</summary>
    public double? this[string name] => Values.FirstOrDefault(v => v.Name == name).Value;

    /// <inheritdoc/>
    public bool Equals(MetricSet? other) => other is not null && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MetricSet);

    /// <inheritdoc/>
    public override int GetHashCode() => Values.Aggregate(Values.Count, HashCode.Combine);

    /// <summary><c>top1 0.81, top5 0.97</c>.</summary>
    public override string ToString() => string.Join(", ", Values.Select(v => FormattableString.Invariant($"{v.Name} {v.Value}")));
}
