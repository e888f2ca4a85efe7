using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Conv;

/// <summary>
/// Stages a window of rows of some images with the channels innermost, [image, row, column, channel], padded with zeros: a register
/// then holds one position's channels, and every tap of every stride is a constant distance away.
/// </summary>
internal readonly unsafe struct ChannelStage<V, T>
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ConvShape _shape;
    private readonly T* _end;

    /// <summary>Describes the stage.</summary>
    /// <param name="s">The convolution.</param>
    /// <param name="x">Its input.</param>
    /// <param name="channels">Channels staged at a time, a multiple of the register.</param>
    /// <param name="rows">The most output rows of a window.</param>
    public ChannelStage(in ConvShape s, T* x, int channels, int rows)
    {
        _shape = s;
        _end = x + s.InputCount;
        Channels = channels;
        Rows = ((rows - 1) * s.StrideHeight) + ((s.KernelHeight - 1) * s.DilationHeight) + 1;
        Columns = s.Width + (2 * s.PadWidth);
        ImageStride = (nint)Rows * Columns * channels;
    }

    /// <summary>Channels of a position.</summary>
    public int Channels { get; }

    /// <summary>Rows of a window.</summary>
    public int Rows { get; }

    /// <summary>Columns of a row.</summary>
    public int Columns { get; }

    /// <summary>Numbers from one image to the next.</summary>
    public nint ImageStride { get; }

    /// <summary>Numbers that a stage of some images takes; transposed squares may reach beyond the last row.</summary>
    public long Count(int images) => (images * ImageStride) + ((long)V.Width * Channels);

    /// <summary>Where output position (row, column) of an image reads its first tap.</summary>
    public nint Offset(int image, int row, int column) =>
        (image * ImageStride) + ((((nint)row * _shape.StrideHeight * Columns) + (column * _shape.StrideWidth)) * Channels);

    /// <summary>How far a tap lies from the first one.</summary>
    public nint TapOffset(int tap) =>
        (((nint)(tap / _shape.KernelWidth) * _shape.DilationHeight * Columns) + (tap % _shape.KernelWidth * _shape.DilationWidth)) * Channels;

    /// <summary>Stages the window that begins at an output row of one image.</summary>
    /// <param name="from">The block's first plane of that image.</param>
    /// <param name="channels">Channels that the block has; those up to <see cref="Channels"/> become zero.</param>
    /// <param name="row">First output row of the window.</param>
    /// <param name="to">The image's place in the stage.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(T* from, int channels, int row, T* to)
    {
        nint plane = (nint)_shape.Height * _shape.Width;
        nint line = (nint)Columns * Channels;
        nint pad = (nint)_shape.PadWidth * Channels;
        int first = (row * _shape.StrideHeight) - _shape.PadHeight;
        for (int r = 0; r < Rows; r++, to += line)
        {
            int y = first + r;
            if ((uint)y >= (uint)_shape.Height)
            {
                RowCopy<V, T>.Clear(to, line);
                continue;
            }

            T* source = from + (nint)y * _shape.Width;
            for (int c = 0; c < Channels; c += V.Width)
            {
                Row(source + c * plane, plane, Math.Min(V.Width, channels - c), to + pad + c);
            }

            // Squares reach beyond the row, into the padding behind it and in front of the next.
            RowCopy<V, T>.Clear(to, pad);
            RowCopy<V, T>.Clear(to + line - pad, pad);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Row(T* from, nint plane, int channels, T* to)
    {
        int width = _shape.Width;
        for (int j = 0; j < width; j += V.Width)
        {
            // The last square overlaps the one before, or reaches into the next row.
            int at = width >= V.Width ? Math.Min(j, width - V.Width) : j;
            T* source = from + at;
            if (channels <= 0 || source + ((channels - 1) * plane) + V.Width > _end)
            {
                Careful(source, plane, Math.Max(0, channels), Math.Min(V.Width, width - at), to + (nint)at * Channels);
            }
            else
            {
                Squares<V, T>.Transpose(source, plane, channels, to + (nint)at * Channels, Channels);
            }
        }
    }

    // At the end of the tensor, where a square would read beyond it.
    private void Careful(T* from, nint plane, int channels, int positions, T* to)
    {
        for (int j = 0; j < positions; j++, to += Channels)
        {
            for (int c = 0; c < V.Width; c++)
            {
                to[c] = c < channels ? from[(c * plane) + j] : T.Zero;
            }
        }
    }
}
