using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea.Simd.Conv;

/// <summary>
/// Turns a three-dimensional convolution into a two-dimensional one: for each output depth, the planes that its taps read become channels.
/// </summary>
public static unsafe class DepthUnfold
{
    /// <summary><c>y[n, o, c, t, p] = x[n, c, o·stride + t·dilation − padding, p]</c>, 0 outside of x.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[Batch, Channels, Depth, Plane].</param>
    /// <param name="y">[Batch, OutDepth, Channels, Kernel, Plane].</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Run<T>(in DepthShape shape, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("depth unfold", "x", shape.InputLength, x.Length);
        Guard.Length("depth unfold", "y", shape.OutputLength, y.Length);
        fixed (T* xAt = x, yAt = y)
        {
            var body = new ForwardBody<T>(shape, xAt, yAt);
            ParallelPool.For(ref body, shape.Batch * shape.OutDepth * shape.Channels, VectorLoop.Grain((long)shape.Kernel * shape.Plane));
        }
    }

    /// <summary>Adds each gradient at the plane its values came from, taps in ascending order.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">[Batch, OutDepth, Channels, Kernel, Plane].</param>
    /// <param name="dx">[Batch, Channels, Depth, Plane], overwritten.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Backward<T>(in DepthShape shape, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("depth unfold backward", "dy", shape.OutputLength, dy.Length);
        Guard.Length("depth unfold backward", "dx", shape.InputLength, dx.Length);
        fixed (T* dyAt = dy, dxAt = dx)
        {
            var body = new BackwardBody<T>(shape, dyAt, dxAt);
            ParallelPool.For(ref body, shape.Batch * shape.Channels * shape.Depth, VectorLoop.Grain((long)shape.Kernel * shape.Plane));
        }
    }

    private readonly struct ForwardBody<T>(DepthShape s, T* x, T* y) : IRangeBody
        where T : unmanaged
    {
        public void Run(int from, int to)
        {
            for (int piece = from; piece < to; piece++)
            {
                (int slab, int c) = Math.DivRem(piece, s.Channels);
                (int n, int o) = Math.DivRem(slab, s.OutDepth);
                for (int t = 0; t < s.Kernel; t++)
                {
                    var target = new Span<T>(y + ((((nint)piece * s.Kernel) + t) * s.Plane), s.Plane);
                    int depth = (o * s.Stride) + (t * s.Dilation) - s.Padding;
                    if ((uint)depth < (uint)s.Depth)
                    {
                        new ReadOnlySpan<T>(x + ((((((nint)n * s.Channels) + c) * s.Depth) + depth) * s.Plane), s.Plane).CopyTo(target);
                    }
                    else
                    {
                        target.Clear();
                    }
                }
            }
        }
    }

    private readonly struct BackwardBody<T>(DepthShape s, T* dy, T* dx) : IRangeBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int from, int to)
        {
            for (int piece = from; piece < to; piece++)
            {
                (int slab, int depth) = Math.DivRem(piece, s.Depth);
                (int n, int c) = Math.DivRem(slab, s.Channels);
                var target = new Span<T>(dx + ((nint)piece * s.Plane), s.Plane);
                target.Clear();
                for (int t = 0; t < s.Kernel; t++)
                {
                    (int o, int rest) = Math.DivRem(depth + s.Padding - (t * s.Dilation), s.Stride);
                    if (rest == 0 && (uint)o < (uint)s.OutDepth)
                    {
                        T* source = dy + ((((((((nint)n * s.OutDepth) + o) * s.Channels) + c) * s.Kernel) + t) * s.Plane);
                        Zip.Run(target, new ReadOnlySpan<T>(source, s.Plane), target, default(Add));
                    }
                }
            }
        }
    }
}
