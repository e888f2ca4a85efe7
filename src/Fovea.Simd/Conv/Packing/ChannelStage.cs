using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// Stages a window of rows of some images with the channels innermost, [image, row, column, channel], padded with zeros: a register
/// then holds one position's channels, and every tap of every stride is a constant distance away.
/// </summary>
internal readonly unsafe struct ChannelStage<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Rows that are prefetched ahead: planes lie far apart, and each row of each begins anew for the machine's own prefetching.
    private const int AheadRows = 2;

    private readonly int _height;
    private readonly int _width;
    private readonly int _padHeight;
    private readonly int _padWidth;
    private readonly int _apart;
    private readonly ConvShape _shape;
    private readonly T* _end;

    /// <summary>Describes the stage.</summary>
    /// <param name="s">The convolution.</param>
    /// <param name="x">Its input.</param>
    /// <param name="channels">Channels staged at a time, a multiple of the register.</param>
    /// <param name="rows">The most output rows of a window.</param>
    public ChannelStage(in ConvShape s, T* x, int channels, int rows)
        : this(
            s.Height, s.Width, s.PadHeight, s.PadWidth, ((rows - 1) * s.StrideHeight) + ((s.KernelHeight - 1) * s.DilationHeight) + 1,
            s.Width + (2 * s.PadWidth), channels, x + s.InputCount) => _shape = s;

    /// <summary>Describes the stage of any window.</summary>
    /// <param name="height">Rows of a plane.</param>
    /// <param name="width">Columns of a plane.</param>
    /// <param name="padHeight">Rows of zeros above it.</param>
    /// <param name="padWidth">Columns of zeros to its left.</param>
    /// <param name="rows">Rows of a window.</param>
    /// <param name="columns">Columns of a window, padding on both sides included.</param>
    /// <param name="channels">Channels staged at a time, a multiple of the register.</param>
    /// <param name="end">Where the tensor ends.</param>
    /// <param name="apart">Rows of the plane from one row of a window to the next.</param>
    public ChannelStage(int height, int width, int padHeight, int padWidth, int rows, int columns, int channels, T* end, int apart = 1)
    {
        _apart = apart;
        _height = height;
        _width = width;
        _padHeight = padHeight;
        _padWidth = padWidth;
        _end = end;
        Channels = channels;
        Rows = rows;
        Columns = columns;
        ImageStride = (nint)rows * columns * channels;
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
    public void Fill(T* from, int channels, int row, T* to) =>
        FillFrom(from, channels, (row * _shape.StrideHeight) - _padHeight, Rows, to);

    /// <summary>Stages the window that begins at a row of the plane, which may lie above it.</summary>
    /// <param name="from">The block's first plane of that image.</param>
    /// <param name="channels">Channels that the block has; those up to <see cref="Channels"/> become zero.</param>
    /// <param name="first">First row of the window.</param>
    /// <param name="rows">How many of its rows are wanted.</param>
    /// <param name="to">The image's place in the stage.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void FillFrom(T* from, int channels, int first, int rows, T* to)
    {
        nint plane = (nint)_height * _width;
        nint line = (nint)Columns * Channels;
        nint pad = (nint)_padWidth * Channels;
        nint tail = line - pad - ((nint)_width * Channels);
        for (int r = 0; r < rows; r++, to += line)
        {
            int y = first + (r * _apart);
            if ((uint)y >= (uint)_height)
            {
                StridedRows<V, T>.Clear(to, line);
                continue;
            }

            T* source = from + (nint)y * _width;
            for (int c = 0; c < Channels; c += V.Width)
            {
                Row(source + c * plane, plane, Math.Min(V.Width, channels - c), to + pad + c, r + AheadRows < rows ? (nint)AheadRows * _apart * _width : 0);
            }

            // Squares reach beyond the row, into the padding behind it and in front of the next.
            StridedRows<V, T>.Clear(to, pad);
            StridedRows<V, T>.Clear(to + line - tail, tail);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Row(T* from, nint plane, int channels, T* to, nint ahead)
    {
        int width = _width;
        for (int j = 0; j < width; j += V.Width)
        {
            // The last square overlaps the one before, or reaches into the next row.
            int at = width >= V.Width ? Math.Min(j, width - V.Width) : j;
            T* source = from + at;
            for (int c = 0; c < (ahead > 0 ? channels : 0); c++)
            {
                Prefetch.Line(source + ahead + (c * plane));
            }

            if (channels <= 0 || source + ((channels - 1) * plane) + V.Width > _end)
            {
                Careful(source, plane, Math.Max(0, channels), Math.Min(V.Width, width - at), to + (nint)at * Channels);
            }
            else
            {
                SquareTranspose<V, T>.Transpose(source, plane, channels, to + (nint)at * Channels, Channels);
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
