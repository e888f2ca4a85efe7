namespace Fovea;

/// <summary>Copies of equally spaced runs.</summary>
internal static class Rows
{
    /// <summary>Copies <paramref name="count"/> runs of <paramref name="length"/> numbers between buffers where they lie strides apart.</summary>
    public static void Copy<T>(int count, int length, ReadOnlySpan<T> from, int fromStride, Span<T> to, int toStride)
    {
        if (length == 0)
        {
            return;
        }

        for (int i = 0; i < count; i++)
        {
            from.Slice(i * fromStride, length).CopyTo(to[(i * toStride)..]);
        }
    }
}
