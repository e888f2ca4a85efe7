using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;

namespace Fovea.Simd.Resampling;

/// <summary>Planes of another size by repeating or skipping rows and columns: output i is input <c>⌊i·in/out⌋</c>.</summary>
public static unsafe class NearestResize
{
    /// <summary><c>y[p, i, j] = x[p, ⌊i·height/outHeight⌋, ⌊j·width/outWidth⌋]</c>.</summary>
    /// <param name="planes">Number of planes, N·C.</param>
    /// <param name="input">Height and width of x, at least 1.</param>
    /// <param name="output">Height and width of y, at least 1.</param>
    /// <param name="x">[planes, height, width].</param>
    /// <param name="y">[planes, outHeight, outWidth].</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Run<T>(int planes, (int Height, int Width) input, (int Height, int Width) output, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check("nearest resize", planes, input, output, x.Length, y.Length);
        fixed (T* xAt = x, yAt = y)
        {
            using var columns = new Scratch<int>(output.Width);
            Places(input.Width, output.Width, columns.At);
            var body = new ForwardBody<T>(input.Height, input.Width, output.Height, output.Width, columns.At, xAt, yAt);
            ParallelPool.For(ref body, planes, VectorLoop.Grain((long)output.Height * output.Width));
        }
    }

    /// <summary>Adds each gradient at the place its value came from.</summary>
    /// <param name="planes">Number of planes, N·C.</param>
    /// <param name="input">Height and width of dx, at least 1.</param>
    /// <param name="output">Height and width of dy, at least 1.</param>
    /// <param name="dy">[planes, outHeight, outWidth].</param>
    /// <param name="dx">[planes, height, width], overwritten.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Backward<T>(int planes, (int Height, int Width) input, (int Height, int Width) output, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check("nearest resize backward", planes, input, output, dx.Length, dy.Length);
        fixed (T* dyAt = dy, dxAt = dx)
        {
            using var columns = new Scratch<int>(output.Width);
            Places(input.Width, output.Width, columns.At);
            var body = new BackwardBody<T>(input.Height, input.Width, output.Height, output.Width, columns.At, dyAt, dxAt);
            ParallelPool.For(ref body, planes, VectorLoop.Grain((long)output.Height * output.Width));
        }
    }

    internal static void Check(string kernel, int planes, (int Height, int Width) input, (int Height, int Width) output, int inputs, int outputs)
    {
        if (planes < 0 || input.Height < 1 || input.Width < 1 || output.Height < 1 || output.Width < 1)
        {
            Guard.Fail(kernel, $"expected sizes of at least 1, got {planes} planes, {input} and {output}");
        }

        Guard.Length(kernel, "the input", (long)planes * input.Height * input.Width, inputs);
        Guard.Length(kernel, "the output", (long)planes * output.Height * output.Width, outputs);
    }

    private static void Places(int input, int output, int* places)
    {
        for (int i = 0; i < output; i++)
        {
            places[i] = (int)((long)i * input / output);
        }
    }

    private readonly struct ForwardBody<T>(int height, int width, int outHeight, int outWidth, int* columns, T* x, T* y) : IRangeBody
        where T : unmanaged
    {
        public void Run(int from, int to)
        {
            for (int plane = from; plane < to; plane++)
            {
                T* source = x + ((nint)plane * height * width);
                T* target = y + ((nint)plane * outHeight * outWidth);
                int last = -1;
                for (int i = 0; i < outHeight; i++, target += outWidth)
                {
                    int row = (int)((long)i * height / outHeight);
                    if (row == last)
                    {
                        new ReadOnlySpan<T>(target - outWidth, outWidth).CopyTo(new Span<T>(target, outWidth));
                        continue;
                    }

                    T* line = source + ((nint)row * width);
                    for (int j = 0; j < outWidth; j++)
                    {
                        target[j] = line[columns[j]];
                    }

                    last = row;
                }
            }
        }
    }

    private readonly struct BackwardBody<T>(int height, int width, int outHeight, int outWidth, int* columns, T* dy, T* dx) : IRangeBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int from, int to)
        {
            for (int plane = from; plane < to; plane++)
            {
                T* source = dy + ((nint)plane * outHeight * outWidth);
                T* target = dx + ((nint)plane * height * width);
                new Span<T>(target, height * width).Clear();
                for (int i = 0; i < outHeight; i++, source += outWidth)
                {
                    T* line = target + ((nint)((long)i * height / outHeight) * width);
                    for (int j = 0; j < outWidth; j++)
                    {
                        line[columns[j]] += source[j];
                    }
                }
            }
        }
    }
}
