using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Pooling;

/// <summary>
/// Pooling to a given size, whatever the input's: output row i covers the input rows from <c>⌊i·height/outHeight⌋</c> to
/// <c>⌈(i + 1)·height/outHeight⌉ − 1</c>, columns alike (PyTorch's windows, which may overlap).
/// </summary>
public static unsafe class AdaptivePool
{
    /// <summary><c>y[p, i, j]</c> = the mean over the window of (i, j).</summary>
    /// <param name="planes">N·C.</param>
    /// <param name="input">Height and width of the input, at least 1.</param>
    /// <param name="output">Height and width of the output, at least 1.</param>
    /// <param name="x">[planes, height, width].</param>
    /// <param name="y">[planes, outHeight, outWidth].</param>
    public static void Average<T>(int planes, (int Height, int Width) input, (int Height, int Width) output, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Lengths("adaptiveAverage", planes, input, output, x.Length, y.Length);
        fixed (T* xAt = x, yAt = y)
        {
            var body = new Body<T>(input.Height, input.Width, output.Height, output.Width, xAt, yAt, null, Kind.Average);
            VectorLoop.For<Body<T>, T>(ref body, planes, VectorLoop.Grain((long)input.Height * input.Width));
        }
    }

    /// <summary>Spreads each gradient evenly over its window.</summary>
    /// <param name="planes">N·C.</param>
    /// <param name="input">Height and width of the input.</param>
    /// <param name="output">Height and width of the output.</param>
    /// <param name="dy">[planes, outHeight, outWidth].</param>
    /// <param name="dx">[planes, height, width], overwritten.</param>
    public static void AverageBackward<T>(
        int planes, (int Height, int Width) input, (int Height, int Width) output, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Lengths("adaptiveAverageBackward", planes, input, output, dx.Length, dy.Length);
        fixed (T* dyAt = dy, dxAt = dx)
        {
            var body = new Body<T>(input.Height, input.Width, output.Height, output.Width, dxAt, dyAt, null, Kind.AverageBackward);
            VectorLoop.For<Body<T>, T>(ref body, planes, VectorLoop.Grain((long)input.Height * input.Width));
        }
    }

    /// <summary>
    /// <c>y[p, i, j]</c> = the largest number in the window of (i, j), and its place h·width + w; the first of equals, the first NaN
    /// before every number. <see cref="MaxPool.Backward"/> is its gradient.
    /// </summary>
    /// <param name="planes">N·C.</param>
    /// <param name="input">Height and width of the input, at least 1.</param>
    /// <param name="output">Height and width of the output, at least 1.</param>
    /// <param name="x">[planes, height, width].</param>
    /// <param name="y">[planes, outHeight, outWidth].</param>
    /// <param name="index">As y; empty if not wanted.</param>
    public static void Max<T>(
        int planes, (int Height, int Width) input, (int Height, int Width) output, ReadOnlySpan<T> x, Span<T> y, Span<int> index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Lengths("adaptiveMax", planes, input, output, x.Length, y.Length);
        Guard.LengthOrEmpty("adaptiveMax", "index", y.Length, index.Length);
        fixed (T* xAt = x, yAt = y)
        fixed (int* indexAt = index)
        {
            var body = new Body<T>(input.Height, input.Width, output.Height, output.Width, xAt, yAt, index.IsEmpty ? null : indexAt, Kind.Max);
            VectorLoop.For<Body<T>, T>(ref body, planes, VectorLoop.Grain((long)input.Height * input.Width));
        }
    }

    private enum Kind
    {
        Average,
        AverageBackward,
        Max,
    }

    private static void Lengths(string name, int planes, (int Height, int Width) input, (int Height, int Width) output, int x, int y)
    {
        if (planes < 0 || input.Height < 1 || input.Width < 1 || output.Height < 1 || output.Width < 1)
        {
            Guard.Fail(name, $"expected sizes of at least 1, got {planes} planes of {input.Height}×{input.Width} to {output.Height}×{output.Width}");
        }

        Guard.Length(name, "x", (long)planes * input.Height * input.Width, x);
        Guard.Length(name, "y", (long)planes * output.Height * output.Width, y);
    }

    private static int Start(int i, int input, int output) => (int)((long)i * input / output);

    private static int End(int i, int input, int output) => (int)((((long)(i + 1) * input) + output - 1) / output);

    private readonly struct Body<T>(int height, int width, int outHeight, int outWidth, T* x, T* y, int* index, Kind kind) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            AlignedBlock block = BlockPool.Rent((long)width * sizeof(T));
            fixed (T* row = block.AsSpan<T>(width))
            {
                for (int plane = from; plane < to; plane++)
                {
                    T* x0 = x + ((nint)plane * height * width);
                    nint at = (nint)plane * outHeight * outWidth;
                    if (kind == Kind.AverageBackward)
                    {
                        new Span<T>(x0, height * width).Clear();
                    }

                    for (int i = 0; i < outHeight; i++, at += outWidth)
                    {
                        int top = Start(i, height, outHeight);
                        int bottom = End(i, height, outHeight);
                        switch (kind)
                        {
                            case Kind.Average:
                                AverageRow<V>(x0, top, bottom, row, y + at);
                                break;
                            case Kind.AverageBackward:
                                SpreadRow<V>(y + at, top, bottom, row, x0);
                                break;
                            default:
                                MaxRow(x0, top, bottom, y + at, index is null ? null : index + at);
                                break;
                        }
                    }
                }
            }

            BlockPool.Return(block);
        }

        // Columns are added up in registers first, then each window's share of them.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void AverageRow<V>(T* x0, int top, int bottom, T* row, T* to)
            where V : struct, IVector<V, T>
        {
            for (int w = 0; w < width; w += V.Width)
            {
                int n = Math.Min(V.Width, width - w);
                V sum = V.Zero;
                for (int h = top; h < bottom; h++)
                {
                    sum += V.LoadPartial(x0 + ((nint)h * width) + w, n);
                }

                sum.StorePartial(row + w, n);
            }

            for (int j = 0; j < outWidth; j++)
            {
                int left = Start(j, width, outWidth);
                int right = End(j, width, outWidth);
                T sum = T.Zero;
                for (int w = left; w < right; w++)
                {
                    sum += row[w];
                }

                to[j] = sum / T.CreateTruncating((bottom - top) * (right - left));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void SpreadRow<V>(T* dy, int top, int bottom, T* row, T* dx)
            where V : struct, IVector<V, T>
        {
            new Span<T>(row, width).Clear();
            for (int j = 0; j < outWidth; j++)
            {
                int left = Start(j, width, outWidth);
                int right = End(j, width, outWidth);
                T share = dy[j] / T.CreateTruncating((bottom - top) * (right - left));
                for (int w = left; w < right; w++)
                {
                    row[w] += share;
                }
            }

            for (int h = top; h < bottom; h++)
            {
                T* target = dx + ((nint)h * width);
                for (int w = 0; w < width; w += V.Width)
                {
                    int n = Math.Min(V.Width, width - w);
                    (V.LoadPartial(target + w, n) + V.LoadPartial(row + w, n)).StorePartial(target + w, n);
                }
            }
        }

        private void MaxRow(T* x0, int top, int bottom, T* to, int* places)
        {
            for (int j = 0; j < outWidth; j++)
            {
                int left = Start(j, width, outWidth);
                int right = End(j, width, outWidth);
                int best = (top * width) + left;
                for (int h = top; h < bottom; h++)
                {
                    for (int w = left; w < right; w++)
                    {
                        int at = (h * width) + w;
                        if (x0[at] > x0[best] || (T.IsNaN(x0[at]) && !T.IsNaN(x0[best])))
                        {
                            best = at;
                        }
                    }
                }

                to[j] = x0[best];
                if (places is not null)
                {
                    places[j] = best;
                }
            }
        }
    }
}
