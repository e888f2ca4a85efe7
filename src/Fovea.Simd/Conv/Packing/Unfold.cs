using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// Lays the taps of one group out as a matrix [inputs · taps, images · positions]: piece i is one channel of one image.
/// </summary>
internal unsafe struct UnfoldBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public ConvShape Shape;

    /// <summary>The group's first channel in the first image.</summary>
    public T* X;
    public T* Columns;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        int outHeight = Shape.OutHeight;
        int outWidth = Shape.OutWidth;
        nint positions = (nint)outHeight * outWidth;
        nint rowStride = positions * Shape.Batch;
        for (int i = from; i < to; i++)
        {
            int image = i / Shape.GroupInputs;
            int channel = i % Shape.GroupInputs;
            T* plane = X + ((nint)image * Shape.InChannels + channel) * Shape.Height * Shape.Width;
            T* row = Columns + (nint)channel * Shape.Taps * rowStride + image * positions;
            for (int tap = 0; tap < Shape.Taps; tap++, row += rowStride)
            {
                int dy = (tap / Shape.KernelWidth * Shape.DilationHeight) - Shape.PadHeight;
                int dx = (tap % Shape.KernelWidth * Shape.DilationWidth) - Shape.PadWidth;
                for (int y = 0; y < outHeight; y++)
                {
                    int at = (y * Shape.StrideHeight) + dy;
                    T* source = (uint)at < (uint)Shape.Height ? plane + (nint)at * Shape.Width : null;
                    StridedRows<V, T>.Padded(source, Shape.Width, dx, Shape.StrideWidth, row + (nint)y * outWidth, outWidth);
                }
            }
        }
    }
}
