namespace Fovea.Io.PyTorch;

/// <summary>
/// What dictionary keys are compared by: 1, 1.0 and True are different keys here, as no checkpoint mixes them; containers, bytes and objects are
/// equal to themselves alone. Nothing takes time in proportion to a text's length but its first hash: the reader keeps one object for
/// equal texts. Numbers are split into parts that hash with the process' seed; the framework's own hash of a double or a long folds
/// its halves, and a file could make every key collide.
/// </summary>
internal sealed class PickleKeys : IEqualityComparer<PickleValue>
{
    public static PickleKeys Comparer { get; } = new();

    public bool Equals(PickleValue? x, PickleValue? y) => ReferenceEquals(x, y) || (x, y) switch
    {
        (PickleText a, PickleText b) => a.Hash == b.Hash && a.Value == b.Value,
        (PickleInteger a, PickleInteger b) => a.Value == b.Value,
        (PickleFloat a, PickleFloat b) => BitConverter.DoubleToInt64Bits(a.Value) == BitConverter.DoubleToInt64Bits(b.Value),
        (PickleSymbol a, PickleSymbol b) => a.Name == b.Name,
        _ => false,
    };

    public int GetHashCode(PickleValue key) => key switch
    {
        PickleText text => text.Hash,
        PickleInteger { Value: var value } => value >= long.MinValue && value <= long.MaxValue ? Split('i', (long)value) : value.GetHashCode(),
        PickleFloat { Value: var value } => Split('f', BitConverter.DoubleToInt64Bits(value)),
        PickleSymbol symbol => symbol.Name.GetHashCode(StringComparison.Ordinal),
        _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(key),
    };

    private static int Split(char kind, long bits) => HashCode.Combine(kind, (int)(bits >> 32), (int)bits);
}
