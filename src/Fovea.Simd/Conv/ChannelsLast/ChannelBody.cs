using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>Multiplies staged positions by packed weights: piece i is one unit of one group, for one block of output channels.</summary>
internal unsafe struct ChannelBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Steps between two visits of the products: the weights of a panel stay in the first-level cache.
    private const int Depth = 256;

    public ChannelPlan* Plan;
    public ChannelInput<V, T> Input;

    /// <summary>The input of all units, staged, or null when each piece stages its own.</summary>
    public T* Shared;
    public T* Weights;
    public T* Y;
    public ConvEpilogue<T> Epilogue;

    public readonly int Pieces => Plan->Job.Groups * Plan->Units * Plan->OutputBlocks;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        using var work = new Scratch<T>(Shared is null ? Input.WorkCount : 1);
        using var own = new Scratch<T>(Shared is null && !Plan->Direct ? Plan->StageCount<V, T>() : 1);
        using var products = new Scratch<T>((long)Plan->UnitRows * 2 * V.Width);
        using var square = new Scratch<T>((long)V.Width * V.Width);
        int units = Plan->Units;
        for (int i = from; i < to; i++)
        {
            // Units inside: the weights of a block of outputs are read once where one thread gets all of its units.
            int unit = i % units;
            int block = i / units % Plan->OutputBlocks;
            int group = i / units / Plan->OutputBlocks;
            T* stage = own.At;
            if (Plan->Direct)
            {
                stage = Input.Planes(group, unit);
            }
            else if (Shared is null)
            {
                Input.Unit(group, unit, work.At, stage);
            }
            else
            {
                stage = Shared + ((((nint)group * units) + unit) * Plan->StageCount<V, T>());
            }

            Panels(i, group, unit, block, stage, products.At, square.At);
        }
    }

    private readonly void Panels(int piece, int group, int unit, int block, T* stage, T* products, T* square)
    {
        int start = (int)((long)Plan->Panels * block / Plan->OutputBlocks);
        int end = (int)((long)Plan->Panels * (block + 1) / Plan->OutputBlocks);
        long from = Plan->From(unit);
        int count = Plan->Count(unit);
        int tiles = GemmShape<V, T>.RowPanels(count);
        int later = piece + ParallelPool.Threads;
        ChannelInputWalk<V, T> input = Shared is null && later < Pieces ? Input.Walk(later / Plan->Units / Plan->OutputBlocks, later % Plan->Units) : default;
        var ahead = new ChannelPrefetch<V, T>(Plan->Job, Y, Epilogue.Residual, from, count, tiles, tiles * Plan->StepBlocks, input, end - start);
        for (int panel = start; panel < end; panel++)
        {
            int output = (group * Plan->Job.Outputs) + (panel * 2 * V.Width);
            int columns = Math.Min(Plan->Job.Outputs - (panel * 2 * V.Width), 2 * V.Width) > V.Width ? 2 : 1;
            ahead.Begin(output, columns, panel + 1 < end, Next(piece, panel, end), (nint)Plan->StepBlocks * V.Width * columns * V.Width);
            Panel(group, panel, from, count, ref ahead, stage, products, square);
        }
    }

    // The first weights that the thread will want after a panel, as far as one can tell; null when it has them.
    private readonly T* Next(int piece, int panel, int end)
    {
        int next = panel + 1;
        int group = piece / Plan->Units / Plan->OutputBlocks;
        if (next == end)
        {
            int later = piece + ParallelPool.Threads;
            if (later >= Pieces || later / Plan->Units == piece / Plan->Units)
            {
                return null;
            }

            group = later / Plan->Units / Plan->OutputBlocks;
            next = (int)((long)Plan->Panels * (later / Plan->Units % Plan->OutputBlocks) / Plan->OutputBlocks);
        }

        return PanelWeights(group, next);
    }

    private readonly T* PanelWeights(int group, int panel) =>
        Weights + (group * ChannelWeights<V, T>.GroupCount(Plan->Job)) + ((nint)panel * 2 * V.Width * Plan->StepBlocks * V.Width);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Panel(int group, int panel, long from, int count, ref ChannelPrefetch<V, T> ahead, T* stage, T* products, T* square)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int first = panel * 2 * V.Width;
        int outputs = Math.Min(2 * V.Width, job.Outputs - first);
        int columns = outputs > V.Width ? 2 : 1;
        nint rowStride = columns * V.Width;
        nint block = (nint)Plan->UnitRows * V.Width;
        int steps = Plan->StepBlocks * V.Width;
        T* weights = PanelWeights(group, panel);
        PrefetchRun* prefetches = stackalloc PrefetchRun[Depth / V.Width];
        int rowPanels = GemmShape<V, T>.RowPanels(count);
        int done = 0;
        for (int k = 0; k < steps; k += Depth)
        {
            int depth = Math.Min(Depth, steps - k);
            bool last = k + depth == steps;
            T* b = weights + (k * rowStride);
            T* a = stage + (k / V.Width * block);
            for (int p = 0; p < rowPanels; p++)
            {
                int row = GemmShape<V, T>.RowStart(count, rowPanels, p);
                int end = GemmShape<V, T>.RowStart(count, rowPanels, p + 1);
                ahead.Fill(prefetches, (depth + V.Width - 1) / V.Width, last ? end - 1 + ChannelPlan.Group<V, T>() : -1);
                if (Plan->Direct)
                {
                    T* planes = stage + (k * (nint)job.Positions) + row;
                    T* to = products + (row * rowStride);
                    if (columns == 2)
                    {
                        ChannelTiles<V, T, N2>.RunOverPlanes(end - row, depth, planes, job.Positions, b, to, rowStride, k > 0, prefetches);
                    }
                    else
                    {
                        ChannelTiles<V, T, N1>.RunOverPlanes(end - row, depth, planes, job.Positions, b, to, rowStride, k > 0, prefetches);
                    }
                }
                else if (columns == 2)
                {
                    ChannelTiles<V, T, N2>.Run(end - row, depth, a + (row * V.Width), block, b, products + (row * rowStride), rowStride, k > 0, prefetches);
                }
                else
                {
                    ChannelTiles<V, T, N1>.Run(end - row, depth, a + (row * V.Width), block, b, products + (row * rowStride), rowStride, k > 0, prefetches);
                }

                // Outputs are finished a few tiles after their sums, while those are in the first-level cache.
                if (last && (end - done >= ChannelPlan.Group<V, T>() || p == rowPanels - 1))
                {
                    int ready = p == rowPanels - 1 ? count : done + ((end - done) / V.Width * V.Width);
                    for (int q = 0; q < columns; q++)
                    {
                        int output = (group * job.Outputs) + first + (q * V.Width);
                        int channels = Math.Min(V.Width, outputs - (q * V.Width));
                        Finish(output, channels, from + done, ready - done, products + (done * rowStride) + (q * V.Width), rowStride, square);
                    }

                    done = ready;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Finish(int output, int channels, long from, int count, T* products, nint stride, T* square)
    {
        int positions = Plan->Job.Positions;
        var finish = new ChannelFinish<V, T>(Plan->Job, Y, Epilogue, square, prefetches: false);
        (long image, long position) = Math.DivRem(from, positions);
        while (count > 0)
        {
            int run = (int)Math.Min(count, positions - position);
            finish.Run(products, stride, (int)image, output, channels, (int)position, run);
            products += run * stride;
            count -= run;
            image++;
            position = 0;
        }
    }
}
