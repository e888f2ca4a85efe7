namespace Fovea.Onnx.Import;

/// <summary>Whole numbers of models, which may be any of 64 bits, as lengths of tensors.</summary>
internal static class Whole
{
    /// <summary>A number as a length.</summary>
    /// <exception cref="OnnxException">It is past what a length may be.</exception>
    public static int ToInt(long number) => number is >= int.MinValue and <= int.MaxValue
        ? (int)number
        : throw new OnnxException($"expected lengths, axes and places of at most {int.MaxValue}, got {number}");

    /// <summary>A place along an axis, moved to the nearer end when it is past it.</summary>
    public static int Clamp(long place, int length) => (int)Math.Clamp(place < 0 ? place + length : place, 0, length);

    /// <summary>An axis that may count from the last.</summary>
    /// <exception cref="OnnxException">There is no such axis.</exception>
    public static int Axis(long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw new OnnxException($"expected an axis from {-rank} to {rank - 1}, got {axis}");

    /// <summary>Axes that may count from the last.</summary>
    public static int[] Axes(IEnumerable<long> axes, int rank) => [.. axes.Select(a => Axis(a, rank))];

    /// <summary>The shape of the given lengths.</summary>
    /// <exception cref="OnnxException">A length is negative, or there would be too many elements.</exception>
    public static Shape Shape(ReadOnlySpan<long> lengths)
    {
        long elements = 1;
        int[] all = new int[lengths.Length];
        for (int i = 0; i < all.Length; i++)
        {
            if (lengths[i] is < 0 or > int.MaxValue || (elements *= Math.Max(1, lengths[i])) > int.MaxValue)
            {
                throw new OnnxException($"expected lengths of at least 0 and at most {int.MaxValue} elements, got [{string.Join(", ", lengths.ToArray())}]");
            }

            all[i] = (int)lengths[i];
        }

        return new Shape(all);
    }
}
