namespace Fovea;

/// <summary>The pairs of shapes that every op of two operands is tried on.</summary>
internal static class BinarySamples
{
    /// <summary>Equal shapes around the register widths, every kind of broadcasting that models use, empty ones, and a long pair.</summary>
    public static IEnumerable<OpSample> Of(Op op, double low = -1.5, double high = 1.5, bool distinct = false)
    {
        (Shape A, Shape B)[] pairs =
        [
            ([0], [0]), ([], []), ([17], [17]), ([3, 15], [3, 15]),
            ([2, 3, 4, 5], [2, 3, 1, 1]), ([2, 3, 4, 5], [1, 3, 1, 1]), ([2, 3, 4, 5], [2, 1, 4, 5]), ([2, 3, 4, 5], [3, 4, 1]),
            ([3, 1, 1], [2, 3, 4, 5]), ([4, 6], [6]), ([4, 1], [1, 6]), ([5], []), ([], [2, 3]), ([1], [3]), ([0, 4], [4]), ([1, 4], [0, 4]),
            ([2, 1, 4, 1, 3], [1, 5, 1, 2, 3]), ([2, 3, 40, 301], [2, 3, 40, 301]), ([2, 3, 40, 301], [2, 3, 1, 1]), ([301, 230], [230]),
        ];
        return pairs.Select(p => new OpSample(op, p.A, p.B) { Range = (low, high), Distinct = distinct });
    }
}
