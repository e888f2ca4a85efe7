namespace Fovea;

/// <summary>The arithmetic that an op does on given shapes, counted by formula.</summary>
/// <param name="MultiplyAdds">Products that are added up (a convolution, a matrix product): two floating-point operations each.</param>
/// <param name="Other">Other floating-point operations, one for each of +, −, ·, ÷, max, exp and so on an element.</param>
public readonly record struct OpCost(long MultiplyAdds, long Other = 0)
{
    /// <summary>
    /// Entries of the relation that the op applies, such as N² for attention over N positions or N·(H + W − 1) for its criss-cross form:
    /// the numbers that storing it would take, whether the op stores it or not; 0 for ops without one.
    /// </summary>
    public long RelationElements { get; init; }

    /// <summary>Moves data and computes nothing.</summary>
    public static OpCost None => default;

    /// <summary>All floating-point operations: two a multiply-add, and the others.</summary>
    public long Flops => 2 * MultiplyAdds + Other;

    /// <summary>A fixed number of operations for each element of a tensor.</summary>
    public static OpCost PerElement(TensorSpec spec, int operations = 1) => new(0, (long)spec.Shape.Elements * operations);

    /// <summary>Adds two costs.</summary>
    public static OpCost operator +(OpCost a, OpCost b) =>
        new(a.MultiplyAdds + b.MultiplyAdds, a.Other + b.Other) { RelationElements = a.RelationElements + b.RelationElements };
}
