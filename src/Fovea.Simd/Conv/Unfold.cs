using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Conv;

/// <summary>Lays the taps of one image and group out as a matrix [inputs · taps, positions]: piece i is one input channel.</summary>
internal unsafe struct UnfoldBody<T> : IRangeBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public ConvShape Shape;
    public T* Image;
    public T* Columns;

    public readonly void Run(int from, int to)
    {
        int outHeight = Shape.OutHeight;
        int outWidth = Shape.OutWidth;
        T* row = Columns + (nint)from * Shape.Taps * outHeight * outWidth;
        for (int c = from; c < to; c++)
        {
            T* plane = Image + (nint)c * Shape.Height * Shape.Width;
            for (int tap = 0; tap < Shape.Taps; tap++)
            {
                int dy = tap / Shape.KernelWidth * Shape.DilationHeight - Shape.PadHeight;
                int dx = tap % Shape.KernelWidth * Shape.DilationWidth - Shape.PadWidth;
                for (int i = 0; i < outHeight; i++)
                {
                    int y = i * Shape.StrideHeight + dy;
                    bool inside = (uint)y < (uint)Shape.Height;
                    for (int j = 0; j < outWidth; j++)
                    {
                        int x = j * Shape.StrideWidth + dx;
                        *row++ = inside && (uint)x < (uint)Shape.Width ? plane[(nint)y * Shape.Width + x] : T.Zero;
                    }
                }
            }
        }
    }
}

/// <summary>The transpose of <see cref="UnfoldBody{T}"/>: adds the matrix back onto the image, which it clears first.</summary>
internal unsafe struct FoldBody<T> : IRangeBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public ConvShape Shape;
    public T* Image;
    public T* Columns;

    public readonly void Run(int from, int to)
    {
        int outHeight = Shape.OutHeight;
        int outWidth = Shape.OutWidth;
        T* row = Columns + (nint)from * Shape.Taps * outHeight * outWidth;
        for (int c = from; c < to; c++)
        {
            T* plane = Image + (nint)c * Shape.Height * Shape.Width;
            new Span<T>(plane, Shape.Height * Shape.Width).Clear();
            for (int tap = 0; tap < Shape.Taps; tap++)
            {
                int dy = tap / Shape.KernelWidth * Shape.DilationHeight - Shape.PadHeight;
                int dx = tap % Shape.KernelWidth * Shape.DilationWidth - Shape.PadWidth;
                for (int i = 0; i < outHeight; i++)
                {
                    int y = i * Shape.StrideHeight + dy;
                    bool inside = (uint)y < (uint)Shape.Height;
                    for (int j = 0; j < outWidth; j++, row++)
                    {
                        int x = j * Shape.StrideWidth + dx;
                        if (inside && (uint)x < (uint)Shape.Width)
                        {
                            plane[(nint)y * Shape.Width + x] += *row;
                        }
                    }
                }
            }
        }
    }
}
