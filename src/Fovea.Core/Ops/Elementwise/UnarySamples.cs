namespace Fovea;

/// <summary>The shapes that every op of one operand is tried on.</summary>
internal static class UnarySamples
{
    /// <summary>
    /// Nothing, one number, and both sides of each register width, where the loops' tails begin; then one long enough for several
    /// threads.
    /// </summary>
    public static IEnumerable<OpSample> Of(Op op, double low = -1.5, double high = 1.5, bool distinct = false)
    {
        Shape[] shapes = [[0], [], [7], [15], [16], [17], [3, 11], [2, 35001]];
        return shapes.Select(shape => new OpSample(op, shape) { Range = (low, high), Distinct = distinct });
    }
}
