using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Pooling;

/// <summary>Two-dimensional average pooling of planes [planes, height, width].</summary>
public static unsafe class AveragePool
{
    /// <summary><c>y[p, i, j]</c> = the sum over the window of (i, j), divided by the number of its positions.</summary>
    /// <param name="shape">The sizes; the dilation must be 1.</param>
    /// <param name="x">[planes, height, width].</param>
    /// <param name="y">[planes, outHeight, outWidth].</param>
    /// <param name="countIncludePad">
    /// Whether positions in the padding count (PyTorch's default); positions past the padding, which ceil mode may reach, never do.
    /// </param>
    public static void Forward<T>(in PoolShape shape, ReadOnlySpan<T> x, Span<T> y, bool countIncludePad)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Lengths("averagePool", shape, x.Length, y.Length);
        if (y.IsEmpty)
        {
            return;
        }

        fixed (T* xAt = x, yAt = y)
        {
            var body = new PoolForward<T, MeanOf>(shape, xAt, yAt, countIncludePad);
            VectorLoop.For<PoolForward<T, MeanOf>, T>(ref body, shape.Planes, VectorLoop.Grain((long)shape.Height * shape.Width));
        }
    }

    /// <summary>Spreads each gradient evenly over its window.</summary>
    /// <param name="shape">The sizes; the dilation must be 1.</param>
    /// <param name="dy">[planes, outHeight, outWidth].</param>
    /// <param name="dx">[planes, height, width], overwritten.</param>
    /// <param name="countIncludePad">As in the forward pass.</param>
    public static void Backward<T>(in PoolShape shape, ReadOnlySpan<T> dy, Span<T> dx, bool countIncludePad)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Lengths("averagePoolBackward", shape, dx.Length, dy.Length);
        if (dx.IsEmpty)
        {
            return;
        }

        fixed (T* dyAt = dy, dxAt = dx)
        {
            var body = new AveragePoolBackward<T>(shape, dyAt, dxAt, countIncludePad);
            VectorLoop.For<AveragePoolBackward<T>, T>(ref body, shape.Planes, VectorLoop.Grain((long)shape.Height * shape.Width));
        }
    }

    private static void Lengths(string name, in PoolShape shape, int x, int y)
    {
        if (shape.DilationHeight != 1 || shape.DilationWidth != 1)
        {
            Guard.Fail(name, $"expected dilation 1, got {shape.DilationHeight}×{shape.DilationWidth}; average pooling has none");
        }

        Guard.Length(name, "x", shape.InputLength, x);
        Guard.Length(name, "y", shape.OutputLength, y);
    }
}
