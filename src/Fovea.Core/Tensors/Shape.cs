using System.Collections;
using System.Runtime.CompilerServices;

namespace Fovea;

/// <summary>The lengths of a tensor's axes, outermost first. An empty shape is a scalar of one element.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>, IReadOnlyList<int>
{
    private const string Name = "Shape";
    private const string Limit = "lengths of at least 0 and at most 2³¹ − 1 elements";
    private readonly int[]? _lengths;
    private readonly int _elements;

    /// <summary>Creates a shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative.</exception>
    /// <exception cref="ShapeException">The lengths other than 0 have a product of more than 2³¹ − 1.</exception>
    public Shape(params ReadOnlySpan<int> lengths)
    {
        foreach (int length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
        }

        _lengths = lengths.ToArray();
        _elements = Count(lengths) ?? throw Refused(Name, lengths);
    }

    /// <summary>The shape of a scalar.</summary>
    public static Shape Scalar { get; } = new([]);

    /// <summary>Number of axes.</summary>
    public int Rank => _lengths?.Length ?? 0;

    /// <summary>Number of elements: the product of the lengths, 1 for a scalar.</summary>
    public int Elements => _lengths is null ? 1 : _elements;

    /// <summary>The lengths as a span.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    int IReadOnlyCollection<int>.Count => Rank;

    /// <summary>The length of an axis; negative numbers count from the last, so <c>shape[-1]</c> is the innermost.</summary>
    public int this[int axis] => _lengths![axis < 0 ? axis + Rank : axis];

    /// <summary>Creates a shape from a collection expression.</summary>
    public static Shape Create(ReadOnlySpan<int> lengths) => new(lengths);

    /// <summary>A shape of lengths that a user gave to an op.</summary>
    /// <exception cref="ShapeException">A length is negative, or there would be too many elements.</exception>
    internal static Shape For(string operation, ReadOnlySpan<int> lengths) =>
        Count(lengths) is null ? throw Refused(operation, lengths) : new Shape(lengths);

    /// <summary>Whether an error says that a shape, or a length on the way to it, is past what can be counted.</summary>
    internal static bool IsTooLarge(Exception error) => error is OverflowException or ShapeException { Operation: Name };

    /// <summary>The error of an op whose result would have too many elements.</summary>
    internal static ShapeException TooLarge(string operation, ReadOnlySpan<TensorSpec> inputs) =>
        new(operation, "results of at most 2³¹ − 1 elements", string.Join(", ", inputs.ToArray()));

    /// <summary>Whether two shapes are the same.</summary>
    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <summary>The number of an axis counted from the front, for one that may be negative.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public int Axis(int axis, string operation)
    {
        int found = axis < 0 ? axis + Rank : axis;
        return (uint)found < (uint)Rank
            ? found
            : throw new ShapeException(operation, $"an axis from {-Rank} to {Rank - 1}", $"{axis} for the shape {this}");
    }

    /// <summary>The product of the lengths of axes <paramref name="from"/> (included) to <paramref name="to"/> (excluded).</summary>
    public int Product(int from, int to)
    {
        int product = 1;
        for (int i = from; i < to; i++)
        {
            product *= _lengths![i];
        }

        return product;
    }

    /// <summary>The shape as a reduction along one axis sees it: the product of the axes before, the axis, the product of those after.</summary>
    public (int Outer, int Length, int Inner) Around(int axis) => (Product(0, axis), this[axis], Product(axis + 1, Rank));

    /// <summary>The same shape with one axis of another length.</summary>
    public Shape With(int axis, int length)
    {
        int[] lengths = [.. Lengths];
        lengths[axis < 0 ? axis + Rank : axis] = length;
        return new Shape(lengths);
    }

    /// <summary>The shape without one of its axes.</summary>
    public Shape Without(int axis)
    {
        int at = axis < 0 ? axis + Rank : axis;
        return [.. Lengths[..at], .. Lengths[(at + 1)..]];
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Lengths.SequenceEqual(other.Lengths) && (Rank > 0 || other.Rank == 0);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (int length in Lengths)
        {
            hash.Add(length);
        }

        return hash.ToHashCode();
    }

    /// <summary>The shape as messages print it: <c>[2, 64, 56, 56]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", _lengths ?? [])}]";

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)(_lengths ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // The number of elements; null when a length is negative or the count no int. Zeros do not hide what the others multiply to, so
    // that products of some of the axes never overflow where the whole did not.
    private static int? Count(ReadOnlySpan<int> lengths)
    {
        long elements = 1;
        bool isEmpty = false;
        foreach (int length in lengths)
        {
            if (length < 0 || (elements *= Math.Max(1, length)) > int.MaxValue)
            {
                return null;
            }

            isEmpty |= length == 0;
        }

        return isEmpty ? 0 : (int)elements;
    }

    private static ShapeException Refused(string operation, ReadOnlySpan<int> lengths) =>
        new(operation, Limit, $"[{string.Join(", ", lengths.ToArray())}]");
}
