namespace Fovea.Simd.Copying;

/// <summary>
/// Copies rows between tensors of different row lengths: concatenation and splitting along an axis, with a row for each index of the
/// axes before it.
/// </summary>
public static class Copy2d
{
    /// <summary><c>y[r·strideY + i] = x[r·strideX + i]</c> for r below rows and i below length.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="length">Numbers to copy from each.</param>
    /// <param name="x">The source, from its first number on.</param>
    /// <param name="strideX">From one row of x to the next.</param>
    /// <param name="y">The target, from its first number on; must not overlap x.</param>
    /// <param name="strideY">From one row of y to the next, at least <paramref name="length"/>.</param>
    /// <exception cref="ArgumentException">The rows lead outside of x or y.</exception>
    public static void Run<T>(int rows, int length, ReadOnlySpan<T> x, int strideX, Span<T> y, int strideY)
        where T : unmanaged => StridedCopy.Run([rows, length], x, [strideX, 1], y, [strideY, 1]);
}
