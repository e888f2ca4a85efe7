using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Resampling;

/// <summary>Planes of another size by linear interpolation between the four neighbours, without antialiasing, as PyTorch does.</summary>
/// <remarks>
/// With aligned corners output i stands at input <c>i·(in − 1)/(out − 1)</c>; otherwise pixels are areas and it stands at
/// <c>max(0, (i + ½)·in/out − ½)</c>. Rows are mixed first, a whole row at a time; then columns.
/// </remarks>
public static unsafe class BilinearResize
{
    /// <summary>Interpolates every plane.</summary>
    /// <param name="planes">Number of planes, N·C.</param>
    /// <param name="input">Height and width of x, at least 1.</param>
    /// <param name="output">Height and width of y, at least 1.</param>
    /// <param name="alignCorners">Whether the centres of the corner pixels coincide.</param>
    /// <param name="x">[planes, height, width].</param>
    /// <param name="y">[planes, outHeight, outWidth].</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Run<T>(
        int planes, (int Height, int Width) input, (int Height, int Width) output, bool alignCorners, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NearestResize.Check("bilinear resize", planes, input, output, x.Length, y.Length);
        fixed (T* xAt = x, yAt = y)
        {
            using var rows = new Scratch<Tap<T>>(output.Height);
            using var columns = new Scratch<Tap<T>>(output.Width);
            Tap<T>.Table(input.Height, output.Height, alignCorners, rows.At);
            Tap<T>.Table(input.Width, output.Width, alignCorners, columns.At);
            var body = new ForwardBody<T>(input.Height, input.Width, output.Height, output.Width, rows.At, columns.At, xAt, yAt);
            VectorLoop.For<ForwardBody<T>, T>(ref body, planes, VectorLoop.Grain((long)output.Height * (input.Width + output.Width)));
        }
    }

    /// <summary>Sends each gradient back to the four neighbours by their weights.</summary>
    /// <param name="planes">Number of planes, N·C.</param>
    /// <param name="input">Height and width of dx, at least 1.</param>
    /// <param name="output">Height and width of dy, at least 1.</param>
    /// <param name="alignCorners">As in the forward pass.</param>
    /// <param name="dy">[planes, outHeight, outWidth].</param>
    /// <param name="dx">[planes, height, width], overwritten.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Backward<T>(
        int planes, (int Height, int Width) input, (int Height, int Width) output, bool alignCorners, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NearestResize.Check("bilinear resize backward", planes, input, output, dx.Length, dy.Length);
        fixed (T* dyAt = dy, dxAt = dx)
        {
            using var rows = new Scratch<Tap<T>>(output.Height);
            using var columns = new Scratch<Tap<T>>(output.Width);
            Tap<T>.Table(input.Height, output.Height, alignCorners, rows.At);
            Tap<T>.Table(input.Width, output.Width, alignCorners, columns.At);
            var body = new BackwardBody<T>(input.Height, input.Width, output.Height, output.Width, rows.At, columns.At, dyAt, dxAt);
            VectorLoop.For<BackwardBody<T>, T>(ref body, planes, VectorLoop.Grain((long)output.Height * (input.Width + output.Width)));
        }
    }

    // One row of width numbers, on the stack where it is short.
    private const int StackRow = 1024;

    private readonly struct ForwardBody<T>(
        int height, int width, int outHeight, int outWidth, Tap<T>* rows, Tap<T>* columns, T* x, T* y) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            AlignedBlock? block = width > StackRow ? BlockPool.Rent((long)width * sizeof(T)) : null;
            T* stack = stackalloc T[block is null ? width : 1];
            fixed (T* rented = block is null ? default : block.AsSpan<T>(width))
            {
                T* mixed = block is null ? stack : rented;
                for (int plane = from; plane < to; plane++)
                {
                    T* target = y + ((nint)plane * outHeight * outWidth);
                    for (int i = 0; i < outHeight; i++, target += outWidth)
                    {
                        Tap<T> row = rows[i];
                        T* first = x + ((((nint)plane * height) + row.First) * width);
                        T* second = x + ((((nint)plane * height) + row.Second) * width);
                        Mix<V>(first, second, row.Weight, mixed);
                        for (int j = 0; j < outWidth; j++)
                        {
                            Tap<T> column = columns[j];
                            T left = mixed[column.First];
                            target[j] = left + (column.Weight * (mixed[column.Second] - left));
                        }
                    }
                }
            }

            if (block is not null)
            {
                BlockPool.Return(block);
            }
        }

        private void Mix<V>(T* first, T* second, T weight, T* mixed)
            where V : struct, IVector<V, T>
        {
            V w = V.Broadcast(weight);
            int j = 0;
            for (; j <= width - V.Width; j += V.Width)
            {
                V a = V.Load(first + j);
                V.MultiplyAdd(w, V.Load(second + j) - a, a).Store(mixed + j);
            }

            if (j < width)
            {
                V a = V.LoadPartial(first + j, width - j);
                V.MultiplyAdd(w, V.LoadPartial(second + j, width - j) - a, a).StorePartial(mixed + j, width - j);
            }
        }
    }

    private readonly struct BackwardBody<T>(
        int height, int width, int outHeight, int outWidth, Tap<T>* rows, Tap<T>* columns, T* dy, T* dx) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            AlignedBlock? block = width > StackRow ? BlockPool.Rent((long)width * sizeof(T)) : null;
            T* stack = stackalloc T[block is null ? width : 1];
            fixed (T* rented = block is null ? default : block.AsSpan<T>(width))
            {
                T* mixed = block is null ? stack : rented;
                for (int plane = from; plane < to; plane++)
                {
                    T* target = dx + ((nint)plane * height * width);
                    new Span<T>(target, height * width).Clear();
                    T* source = dy + ((nint)plane * outHeight * outWidth);
                    for (int i = 0; i < outHeight; i++, source += outWidth)
                    {
                        new Span<T>(mixed, width).Clear();
                        for (int j = 0; j < outWidth; j++)
                        {
                            Tap<T> column = columns[j];
                            T right = column.Weight * source[j];
                            mixed[column.First] += source[j] - right;
                            mixed[column.Second] += right;
                        }

                        Tap<T> row = rows[i];
                        AddScaled<V>(mixed, T.One - row.Weight, target + ((nint)row.First * width));
                        AddScaled<V>(mixed, row.Weight, target + ((nint)row.Second * width));
                    }
                }
            }

            if (block is not null)
            {
                BlockPool.Return(block);
            }
        }

        private void AddScaled<V>(T* from, T weight, T* to)
            where V : struct, IVector<V, T>
        {
            V w = V.Broadcast(weight);
            int j = 0;
            for (; j <= width - V.Width; j += V.Width)
            {
                V.MultiplyAdd(w, V.Load(from + j), V.Load(to + j)).Store(to + j);
            }

            if (j < width)
            {
                V.MultiplyAdd(w, V.LoadPartial(from + j, width - j), V.LoadPartial(to + j, width - j)).StorePartial(to + j, width - j);
            }
        }
    }
}
