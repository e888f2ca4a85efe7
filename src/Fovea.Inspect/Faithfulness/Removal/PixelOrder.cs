namespace Fovea.Inspect;

/// <summary>The order in which a map would have the pixels of a picture removed.</summary>
internal static class PixelOrder
{
    /// <summary>
    /// Pixels from the largest value to the smallest. Equal values (rectified maps have many zeros) go in an order drawn by chance, the same for every
    /// map of a picture: in the order of the rows they would favour its top. NaN comes last.
    /// </summary>
    /// <param name="values">One a pixel.</param>
    /// <param name="ties">What the order of equal values is drawn from.</param>
    public static int[] Descending(ReadOnlySpan<float> values, Generator ties)
    {
        int[] order = [.. Enumerable.Range(0, values.Length)];
        ties.Shuffle(order.AsSpan());
        var keys = new Key[values.Length];
        for (int i = 0; i < order.Length; i++)
        {
            float value = values[order[i]];
            keys[i] = new Key(float.IsNaN(value) ? float.NegativeInfinity : value, i);
        }

        Array.Sort(keys, order);
        return order;
    }

    private readonly record struct Key(float Value, int Turn) : IComparable<Key>
    {
        public int CompareTo(Key other) => other.Value.CompareTo(Value) is not 0 and int byValue ? byValue : Turn.CompareTo(other.Turn);
    }
}
