using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Multiplies a staged block by packed weights, tile by tile, into the result.</summary>
internal readonly unsafe ref struct ConvTiles<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StagePlan* _plan;
    private readonly T* _sums;
    private readonly T* _y;
    private readonly nint _group;
    private readonly int _firstOutput;
    private readonly VectorPlace* _places;
    private readonly int _count;
    private readonly ConvEpilogue<T> _epilogue;

    /// <param name="plan">The layout.</param>
    /// <param name="y">The result; the epilogue's numbers to add are laid out as it is.</param>
    /// <param name="firstOutput">The first output channel of the group.</param>
    /// <param name="places">The registers of positions.</param>
    /// <param name="count">How many.</param>
    /// <param name="epilogue">What happens to finished outputs.</param>
    /// <param name="sums">
    /// Where sums grow, [output, register], or null for the result itself: with several blocks, registers that end within an image
    /// would be taken apart once per block.
    /// </param>
    public ConvTiles(StagePlan* plan, T* y, int firstOutput, VectorPlace* places, int count, in ConvEpilogue<T> epilogue, T* sums = null)
    {
        _sums = sums;
        _plan = plan;
        _group = (nint)firstOutput * plan->Job.Positions;
        _y = y + _group;
        _firstOutput = firstOutput;
        _places = places;
        _count = count;
        _epilogue = epilogue;
    }

    /// <summary>Adds one block's part of the sums; the last block also finishes the outputs.</summary>
    // Positions outside, channels inside: two registers of positions stay in the first-level cache over all channels, and the
    // weights stream past in order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Multiply(T* stage, T* weights, int depth, int firstPanel, int endPanel, bool adds, bool last)
    {
        ref readonly ConvJob job = ref _plan->Job;
        nint positions = job.Positions;
        int panels = GemmShape<V, T>.RowPanels(job.Outputs);
        bool finishes = last && !_epilogue.IsNone;
        T* edge = stackalloc T[GemmShape<V, T>.MaxRows * 2 * V.Width];
        for (int i = 0; i < _count; i += 2)
        {
            VectorPlace left = _places[i];
            bool pair = i + 1 < _count;
            VectorPlace right = pair ? _places[i + 1] : left;
            bool whole = left.Count == V.Width && right.Count == V.Width && !finishes;
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                int row = GemmShape<V, T>.RowStart(job.Outputs, panels, panel);
                int height = GemmShape<V, T>.RowStart(job.Outputs, panels, panel + 1) - row;
                T* a = weights + (nint)row * depth;
                T* y = _y + row * positions;
                if (_sums is not null)
                {
                    nint stride = (nint)_count * V.Width;
                    T* sums = _sums + (row - GemmShape<V, T>.RowStart(job.Outputs, panels, firstPanel)) * stride + i * V.Width;
                    Tile(pair, height, depth, a, stage + left.In, stage + right.In, sums, sums + V.Width, stride, adds);
                    if (last)
                    {
                        Finish(sums, stride, left, row, Math.Min(height, job.Outputs - row), false, finishes);
                        if (pair)
                        {
                            Finish(sums + V.Width, stride, right, row, Math.Min(height, job.Outputs - row), false, finishes);
                        }
                    }

                    continue;
                }

                if (whole && row + height <= job.Outputs)
                {
                    Tile(pair, height, depth, a, stage + left.In, stage + right.In, y + left.Out, y + right.Out, positions, adds);
                    continue;
                }

                int rows = Math.Min(height, job.Outputs - row);
                Tile(pair, height, depth, a, stage + left.In, stage + right.In, edge, edge + V.Width, 2 * V.Width, false);
                Finish(edge, 2 * V.Width, left, row, rows, adds, finishes);
                if (pair)
                {
                    Finish(edge + V.Width, 2 * V.Width, right, row, rows, adds, finishes);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Tile(bool pair, int height, int depth, T* a, T* left, T* right, T* c, T* d, nint rowStride, bool adds)
    {
        if (pair)
        {
            TileTable<V, T, N2, IndexedWalk>.Run(height, depth, a, left, right, _plan->Offsets, c, d, rowStride, adds);
        }
        else
        {
            TileTable<V, T, N1, IndexedWalk>.Run(height, depth, a, left, right, _plan->Offsets, c, d, rowStride, adds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Finish(T* edge, nint edgeStride, in VectorPlace place, int row, int rows, bool adds, bool finishes)
    {
        ref readonly ConvJob job = ref _plan->Job;
        T* bias = finishes && _epilogue.Bias is not null ? _epilogue.Bias + _firstOutput + row : null;
        T* residual = finishes && _epilogue.Residual is not null ? _epilogue.Residual + _group : null;
        bool relu = finishes && _epilogue.Relu;
        for (int r = 0; r < rows; r++, edge += edgeStride)
        {
            nint start = (nint)(row + r) * job.Positions + place.Out;
            T* to = _y + start;
            T* other = residual + start;
            T constant = bias is null ? T.Zero : bias[r];
            if (place.Count == V.Width)
            {
                V value = V.Load(edge);
                value = adds ? value + V.Load(to) : value;
                value += V.Broadcast(constant);
                value = residual is not null ? value + V.Load(other) : value;
                value = relu ? V.Max(value, V.Zero) : value;
                value.Store(to);
                continue;
            }

            int lane = 0;
            for (int end = place.Count, rest = place.Rest; ;)
            {
                for (; lane < end; lane++, to++, other++)
                {
                    T value = edge[lane];
                    value = adds ? value + *to : value;
                    value += constant;
                    value = residual is not null ? value + *other : value;
                    *to = relu ? T.Max(value, T.Zero) : value;
                }

                if (rest == 0)
                {
                    break;
                }

                int run = Math.Min(rest, job.Positions);
                to += job.OutputImage - job.Positions;
                other += job.OutputImage - job.Positions;
                end += run;
                rest -= run;
            }
        }
    }
}
