using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Copying;

/// <summary>Every s-th row and column of the planes of x [N, C, H, W], between channels of zeros: a shortcut without parameters.</summary>
public static unsafe class Subsample
{
    /// <summary><c>y[n, before + c, i, j] = x[n, c, s·i, s·j]</c>, and 0 in the other channels.</summary>
    /// <param name="n">Batch size N.</param>
    /// <param name="c">Channels C.</param>
    /// <param name="height">Rows H.</param>
    /// <param name="width">Columns W.</param>
    /// <param name="stride">s, at least 1.</param>
    /// <param name="before">Channels of zeros in front.</param>
    /// <param name="after">Channels of zeros behind.</param>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="y">[N, before + C + after, ⌈H/s⌉, ⌈W/s⌉], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Forward<T>(int n, int c, int height, int width, int stride, int before, int after, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var planes = new Planes(c, height, width, stride, before, after);
        planes.Check("subsample", n, x.Length, y.Length);
        fixed (T* xAt = x, yAt = y)
        {
            var body = new ForwardBody<T>(planes, xAt, yAt);
            VectorLoop.For<ForwardBody<T>, T>(ref body, n * planes.OutChannels, VectorLoop.Grain(planes.OutPlane));
        }
    }

    /// <summary>The gradient of <see cref="Forward"/>: <c>dx[n, c, s·i, s·j] = dy[n, before + c, i, j]</c>, and 0 in the other places.</summary>
    /// <param name="n">Batch size N.</param>
    /// <param name="c">Channels C.</param>
    /// <param name="height">Rows H.</param>
    /// <param name="width">Columns W.</param>
    /// <param name="stride">s, at least 1.</param>
    /// <param name="before">Channels of zeros in front.</param>
    /// <param name="after">Channels of zeros behind.</param>
    /// <param name="dy">[N, before + C + after, ⌈H/s⌉, ⌈W/s⌉].</param>
    /// <param name="dx">[N, C, H, W], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Backward<T>(int n, int c, int height, int width, int stride, int before, int after, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var planes = new Planes(c, height, width, stride, before, after);
        planes.Check("subsampleBackward", n, dx.Length, dy.Length);
        fixed (T* dyAt = dy, dxAt = dx)
        {
            var body = new BackwardBody<T>(planes, dyAt, dxAt);
            VectorLoop.For<BackwardBody<T>, T>(ref body, n * c, VectorLoop.Grain(planes.Plane));
        }
    }

    /// <summary>The geometry.</summary>
    private readonly struct Planes(int channels, int height, int width, int stride, int before, int after)
    {
        public int Channels => channels;

        public int Height => height;

        public int Width => width;

        public int Stride => stride;

        public int Before => before;

        public int OutChannels => before + channels + after;

        public int OutHeight => (height + stride - 1) / stride;

        public int OutWidth => (width + stride - 1) / stride;

        public int Plane => height * width;

        public int OutPlane => OutHeight * OutWidth;

        public void Check(string name, int n, int x, int y)
        {
            if (stride < 1 || Math.Min(Math.Min(n, channels), Math.Min(height, width)) < 0 || Math.Min(before, after) < 0)
            {
                Guard.Fail(name, $"expected a stride of at least 1 and sizes of at least 0, got stride {stride} of [{n}, {channels}, {height}, {width}] with {before} and {after} channels of zeros");
            }

            Guard.Length(name, "[N, C, H, W]", (long)n * channels * Plane, x);
            Guard.Length(name, "[N, before + C + after, H', W']", (long)n * OutChannels * OutPlane, y);
        }
    }

    /// <summary>Piece i is one plane of the output.</summary>
    private readonly struct ForwardBody<T>(Planes planes, T* x, T* y) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            Planes p = planes;
            int outWidth = p.OutWidth, outHeight = p.OutHeight, stride = p.Stride;
            for (int plane = from; plane < to; plane++)
            {
                (int sample, int channel) = Math.DivRem(plane, p.OutChannels);
                channel -= p.Before;
                T* target = y + ((nint)plane * p.OutPlane);
                if (channel < 0 || channel >= p.Channels)
                {
                    new Span<T>(target, p.OutPlane).Clear();
                    continue;
                }

                T* source = x + ((((nint)sample * p.Channels) + channel) * p.Plane);
                for (int row = 0; row < outHeight; row++, target += outWidth, source += (nint)stride * p.Width)
                {
                    int j = 0;
                    if (stride == 1)
                    {
                        new ReadOnlySpan<T>(source, outWidth).CopyTo(new Span<T>(target, outWidth));
                        continue;
                    }

                    for (; stride == 2 && j <= (p.Width / 2) - V.Width; j += V.Width)
                    {
                        V.Even(V.Load(source + (2 * j)), V.Load(source + (2 * j) + V.Width)).Store(target + j);
                    }

                    for (; j < outWidth; j++)
                    {
                        target[j] = source[(nint)stride * j];
                    }
                }
            }
        }
    }

    /// <summary>Piece i is one plane of the input's gradient.</summary>
    private readonly struct BackwardBody<T>(Planes planes, T* dy, T* dx) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            Planes p = planes;
            int outWidth = p.OutWidth, outHeight = p.OutHeight, stride = p.Stride;
            for (int plane = from; plane < to; plane++)
            {
                (int sample, int channel) = Math.DivRem(plane, p.Channels);
                T* source = dy + ((((nint)sample * p.OutChannels) + p.Before + channel) * p.OutPlane);
                T* target = dx + ((nint)plane * p.Plane);
                new Span<T>(target, p.Plane).Clear();
                for (int row = 0; row < outHeight; row++, source += outWidth, target += (nint)stride * p.Width)
                {
                    for (int j = 0; j < outWidth; j++)
                    {
                        target[(nint)stride * j] = source[j];
                    }
                }
            }
        }
    }
}
