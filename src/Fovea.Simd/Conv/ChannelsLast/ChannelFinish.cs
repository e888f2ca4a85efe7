using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>Writes outputs that were computed with a register of channels per position, [position][channel], to their planes.</summary>
internal readonly unsafe struct ChannelFinish<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Squares that are prefetched before they are written: a plane's line is far from the one before it, and nothing else would fetch it.
    private const int Ahead = 4;

    private readonly ConvJob _job;
    private readonly T* _y;
    private readonly ConvEpilogue<T> _epilogue;
    private readonly T* _square;
    private readonly bool _prefetches;

    /// <param name="job">The correlation.</param>
    /// <param name="y">Its result.</param>
    /// <param name="epilogue">What happens on the way.</param>
    /// <param name="square">Room for a square of numbers as wide as a register.</param>
    /// <param name="prefetches">Whether to prefetch lines ahead of writing them; not needed where the tiles have done so.</param>
    public ChannelFinish(in ConvJob job, T* y, in ConvEpilogue<T> epilogue, T* square, bool prefetches = true)
    {
        _job = job;
        _y = y;
        _epilogue = epilogue;
        _square = square;
        _prefetches = prefetches;
    }

    /// <summary>Writes a run of positions of one image.</summary>
    /// <param name="from">[position][channel].</param>
    /// <param name="stride">Numbers from one position to the next.</param>
    /// <param name="image">The image.</param>
    /// <param name="output">The register's first channel.</param>
    /// <param name="channels">How many of its lanes are channels.</param>
    /// <param name="position">The first position.</param>
    /// <param name="count">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Run(T* from, nint stride, int image, int output, int channels, int position, int count)
    {
        nint positions = _job.Positions;
        nint start = (image * _job.OutputImage) + (output * positions) + position;
        T* y = _y + start;
        T* residual = _epilogue.Residual is null ? null : _epilogue.Residual + start;
        T* bias = _epilogue.Bias is null ? null : _epilogue.Bias + output;
        bool squares = typeof(V) == typeof(Vec512<float>) && channels == V.Width && bias is not null;
        for (int q = 0; _prefetches && q < Math.Min(Ahead * V.Width, count); q += V.Width)
        {
            PrefetchLines(y + q, residual is null ? null : residual + q, channels);
        }

        for (int q = 0; q < count; q += V.Width)
        {
            if (_prefetches && q + (Ahead * V.Width) < count)
            {
                nint next = q + (Ahead * V.Width);
                PrefetchLines(y + next, residual is null ? null : residual + next, channels);
            }

            // The last square overlaps the one before, unless outputs are overwritten that are still to be added: then it is narrower.
            int at = count >= V.Width && residual != y ? Math.Min(q, count - V.Width) : q;
            int lanes = Math.Min(V.Width, count - at);
            T* source = from + (at * stride);
            if (lanes < V.Width || channels < V.Width || (!squares && !_epilogue.IsNone))
            {
                Masked(source, stride, lanes, bias, residual is null ? null : residual + at, channels, y + at);
            }
            else if (!squares)
            {
                SquareTranspose<V, T>.Transpose(source, stride, V.Width, y + at, positions);
            }
            else if (residual is null)
            {
                FinishedSquare<FinishedSquare.Plain>.Run(
                    (float*)source, stride, (float*)bias, _epilogue.Relu ? 0 : float.NegativeInfinity, null, (float*)(y + at), positions);
            }
            else
            {
                FinishedSquare<FinishedSquare.Added>.Run(
                    (float*)source, stride, (float*)bias, _epilogue.Relu ? 0 : float.NegativeInfinity, (float*)(residual + at), (float*)(y + at), positions);
            }
        }
    }

    // A square of less than whole registers, or on a machine without a kernel of its own for it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Masked(T* source, nint stride, int lanes, T* bias, T* residual, int channels, T* y)
    {
        nint positions = _job.Positions;
        SquareTranspose<V, T>.Transpose(source, stride, lanes, _square, V.Width);
        for (int c = 0; c < channels; c++)
        {
            nint place = c * positions;
            V value = V.Load(_square + (c * V.Width));
            value = bias is null ? value : value + V.Broadcast(bias[c]);
            if (lanes == V.Width)
            {
                value = residual is null ? value : value + V.Load(residual + place);
                value = _epilogue.Relu ? V.Max(value, V.Zero) : value;
                value.Store(y + place);
            }
            else
            {
                value = residual is null ? value : value + V.LoadPartial(residual + place, lanes);
                value = _epilogue.Relu ? V.Max(value, V.Zero) : value;
                value.StorePartial(y + place, lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PrefetchLines(T* y, T* residual, int channels)
    {
        nint positions = _job.Positions;
        for (int c = 0; c < channels; c++, y += positions)
        {
            Prefetch.Line(y);
        }

        for (int c = 0; c < (residual is null ? 0 : channels); c++, residual += positions)
        {
            Prefetch.Line(residual);
        }
    }
}
