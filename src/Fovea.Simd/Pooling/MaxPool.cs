using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Pooling;

/// <summary>Two-dimensional max pooling of planes [planes, height, width].</summary>
public static unsafe class MaxPool
{
    /// <summary>
    /// <c>y[p, i, j]</c> = the largest number in the window of (i, j), and its place h·width + w in the plane; of equals the first in
    /// reading order; the first NaN wins over every number. Padding never wins.
    /// </summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[planes, height, width].</param>
    /// <param name="y">[planes, outHeight, outWidth].</param>
    /// <param name="index">As y: places for <see cref="Backward"/>; empty if not wanted.</param>
    /// <exception cref="ArgumentException">A length does not fit, or planes of more than 2²⁴ positions with places.</exception>
    public static void Forward<T>(in PoolShape shape, ReadOnlySpan<T> x, Span<T> y, Span<int> index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("maxPool", "x", shape.InputLength, x.Length);
        Guard.Length("maxPool", "y", shape.OutputLength, y.Length);
        Guard.LengthOrEmpty("maxPool", "index", shape.OutputLength, index.Length);
        if (!index.IsEmpty && (long)shape.Height * shape.Width > 1 << 24)
        {
            Guard.Fail("maxPool", $"planes of {shape.Height}×{shape.Width} are too large to find places in; the limit is 2^24 positions");
        }

        if (y.IsEmpty)
        {
            return;
        }

        fixed (T* xAt = x, yAt = y)
        fixed (int* indexAt = index)
        {
            if (index.IsEmpty)
            {
                var values = new PoolForward<T, LargestOf>(shape, xAt, yAt, countIncludePad: false);
                VectorLoop.For<PoolForward<T, LargestOf>, T>(ref values, shape.Planes, VectorLoop.Grain((long)shape.Height * shape.Width));
                return;
            }

            var places = new MaxPoolPlaces<T>(shape, xAt, yAt, indexAt);
            VectorLoop.For<MaxPoolPlaces<T>, T>(ref places, places.Pieces, places.Grain);
        }
    }

    /// <summary>Adds each gradient at its place: <c>dx[p, index[p, i, j]] += dy[p, i, j]</c>, from zeros.</summary>
    /// <param name="planes">Number of planes.</param>
    /// <param name="inputSize">Positions of an input plane, height·width.</param>
    /// <param name="outputSize">Positions of an output plane.</param>
    /// <param name="dy">[planes, outputSize].</param>
    /// <param name="index">[planes, outputSize]: places that the forward pass found.</param>
    /// <param name="dx">[planes, inputSize], overwritten.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a place lies outside of the plane.</exception>
    public static void Backward<T>(int planes, int inputSize, int outputSize, ReadOnlySpan<T> dy, ReadOnlySpan<int> index, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("maxPoolBackward", "dy", (long)planes * outputSize, dy.Length);
        Guard.Length("maxPoolBackward", "index", dy.Length, index.Length);
        Guard.Length("maxPoolBackward", "dx", (long)planes * inputSize, dx.Length);
        fixed (T* dyAt = dy, dxAt = dx)
        fixed (int* indexAt = index)
        {
            var body = new Scatter<T>(inputSize, outputSize, dyAt, indexAt, dxAt);
            ParallelPool.For(ref body, planes, VectorLoop.Grain(inputSize + outputSize));
        }
    }

    private readonly struct Scatter<T>(int inputSize, int outputSize, T* dy, int* index, T* dx) : IRangeBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int from, int to)
        {
            for (int plane = from; plane < to; plane++)
            {
                T* g = dy + ((nint)plane * outputSize);
                int* places = index + ((nint)plane * outputSize);
                T* target = dx + ((nint)plane * inputSize);
                new Span<T>(target, inputSize).Clear();
                for (int i = 0; i < outputSize; i++)
                {
                    if ((uint)places[i] >= (uint)inputSize)
                    {
                        Guard.Fail("maxPoolBackward", $"place {places[i]} lies outside of a plane of {inputSize}; pass what the forward pass found");
                    }

                    target[places[i]] += g[i];
                }
            }
        }
    }
}
