using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// The gradient of the input where the places that a kernel reads never overlap, as with 1 × 1 kernels of stride 2 or with patches: one
/// product gives every tap's gradient at every output position, and each lies at one place of the input.
/// </summary>
internal static unsafe class DisjointGradient<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether a shape can be computed this way.</summary>
    public static bool Takes(in ConvShape s) =>
        s.Groups == 1 && s.KernelHeight <= s.StrideHeight && s.KernelWidth <= s.StrideWidth && s.PadHeight == 0 && s.PadWidth == 0
        && (s.DilationHeight == 1 || s.KernelHeight == 1) && (s.DilationWidth == 1 || s.KernelWidth == 1);

    /// <summary>The product: a correlation of one tap with an output per input channel and tap.</summary>
    public static ConvJob Job(in ConvShape s, KernelTap* tap)
    {
        *tap = default;
        return new()
        {
            Batch = s.Batch,
            Groups = 1,
            Inputs = s.OutChannels,
            Height = s.OutHeight,
            Width = s.OutWidth,
            Outputs = s.InChannels * s.Taps,
            OutHeight = s.OutHeight,
            OutWidth = s.OutWidth,
            StrideHeight = 1,
            StrideWidth = 1,
            TapCount = 1,
            KernelTaps = 1,
            Taps = tap,
            WeightOutput = 1,
            WeightInput = (nint)s.InChannels * s.Taps,
        };
    }

    /// <summary>Brings the product's results to their places, and zeros to all others.</summary>
    public static void Place(in ConvShape s, T* products, T* dx)
    {
        using var zeros = new Scratch<T>(s.OutWidth + (2 * V.Width));
        StridedRows<V, T>.Clear(zeros.At, s.OutWidth + (2 * V.Width));
        var body = new Body { Shape = s, Products = products, Zeros = zeros.At, Dx = dx };
        int grain = (int)Math.Clamp((1 << 14) / Math.Max(1, (long)s.Height * s.Width), 1, 1 << 14);
        ParallelPool.For(ref body, s.Batch * s.InChannels, grain);
    }

    /// <summary>Piece i is one plane of the gradient.</summary>
    private struct Body : IRangeBody
    {
        public ConvShape Shape;
        public T* Products;
        public T* Zeros;
        public T* Dx;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int from, int to)
        {
            nint positions = (nint)Shape.OutHeight * Shape.OutWidth;
            nint width = Shape.Width;
            for (int i = from; i < to; i++)
            {
                T* taps = Products + (i * Shape.Taps * positions);
                T* dx = Dx + (i * Shape.Height * width);
                for (int y = 0; y < Shape.Height; y++, dx += width)
                {
                    int row = y / Shape.StrideHeight;
                    int tap = y % Shape.StrideHeight;
                    if (row >= Shape.OutHeight || tap >= Shape.KernelHeight)
                    {
                        StridedRows<V, T>.Clear(dx, width);
                        continue;
                    }

                    Row(taps + (tap * Shape.KernelWidth * positions) + ((nint)row * Shape.OutWidth), positions, dx);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Row(T* taps, nint positions, T* dx)
        {
            int stride = Shape.StrideWidth;
            if (stride == 2 && (Shape.Width + 1) / 2 == Shape.OutWidth && Shape.KernelWidth == 1)
            {
                EvenOdd<V, T>.Interleave(taps, Zeros, dx, Shape.Width);
                return;
            }

            StridedRows<V, T>.Clear(dx, Shape.Width);
            for (int t = 0; t < Shape.KernelWidth; t++, taps += positions)
            {
                for (int x = 0; x < Shape.OutWidth; x++)
                {
                    dx[(x * stride) + t] = taps[x];
                }
            }
        }
    }
}
