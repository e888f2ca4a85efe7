using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Conv.Channels;

/// <summary>Multiplies staged positions by packed weights: piece i is one unit of one group, for one block of output channels.</summary>
internal unsafe struct ChannelBody<V, T> : IRangeBody
    where V : unmanaged, ILane<V, T>
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int from, int to)
    {
        using var work = new Scratch<T>(Shared is null ? Input.WorkCount : 1);
        using var own = new Scratch<T>(Shared is null ? Plan->StageCount<V, T>() : 1);
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
            if (Shared is null)
            {
                Input.Unit(group, unit, work.At, stage);
            }
            else
            {
                stage = Shared + ((((nint)group * units) + unit) * Plan->StageCount<V, T>());
            }

            int end = (int)((long)Plan->Panels * (block + 1) / Plan->OutputBlocks);
            for (int panel = (int)((long)Plan->Panels * block / Plan->OutputBlocks); panel < end; panel++)
            {
                Panel(group, unit, panel, Next(i, panel, end), stage, products.At, square.At);
            }
        }
    }

    // The first weights that the thread will want after a panel, as far as one can tell; null when it has them.
    private readonly T* Next(int piece, int panel, int end)
    {
        int next = panel + 1;
        int group = piece / Plan->Units / Plan->OutputBlocks;
        if (next == end)
        {
            int later = piece + WorkerTeam.Threads;
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Panel(int group, int unit, int panel, T* next, T* stage, T* products, T* square)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int first = panel * 2 * V.Width;
        int outputs = Math.Min(2 * V.Width, job.Outputs - first);
        int columns = outputs > V.Width ? 2 : 1;
        nint rowStride = columns * V.Width;
        nint block = (nint)Plan->UnitRows * V.Width;
        int steps = Plan->StepBlocks * V.Width;
        long from = (long)unit * Plan->UnitPositions;
        int count = (int)Math.Min(Plan->UnitPositions, ((long)job.Batch * job.Positions) - from);
        T* weights = PanelWeights(group, panel);
        int rowPanels = GemmShape<V, T>.RowPanels(count);
        ChannelAsk* asks = stackalloc ChannelAsk[Depth / V.Width];
        nint start = ((nint)(from / job.Positions) * job.OutputImage) + (((nint)group * job.Outputs) + first) * job.Positions + (nint)(from % job.Positions);
        var ahead = new ChannelAhead<V, T>(
            Y + start, Epilogue.Residual is null ? null : Epilogue.Residual + start, job.Positions, columns,
            next, (nint)steps * rowStride, rowPanels * Plan->StepBlocks, rowPanels);
        for (int k = 0; k < steps; k += Depth)
        {
            int depth = Math.Min(Depth, steps - k);
            T* b = weights + (k * rowStride);
            T* a = stage + (k / V.Width * block);
            for (int p = 0; p < rowPanels; p++)
            {
                int row = GemmShape<V, T>.RowStart(count, rowPanels, p);
                int height = GemmShape<V, T>.RowStart(count, rowPanels, p + 1) - row;
                ahead.Fill(asks, (depth + V.Width - 1) / V.Width, k + depth == steps ? row + height - 1 : -1);
                if (columns == 2)
                {
                    ChannelTiles<V, T, N2>.Run(height, depth, a + (row * V.Width), block, b, products + (row * rowStride), rowStride, k > 0, asks);
                }
                else
                {
                    ChannelTiles<V, T, N1>.Run(height, depth, a + (row * V.Width), block, b, products + (row * rowStride), rowStride, k > 0, asks);
                }
            }
        }

        for (int q = 0; q < columns; q++)
        {
            int output = (group * job.Outputs) + first + (q * V.Width);
            Finish(output, Math.Min(V.Width, outputs - (q * V.Width)), from, count, products + (q * V.Width), rowStride, square);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Finish(int output, int channels, long from, int count, T* products, nint stride, T* square)
    {
        int positions = Plan->Job.Positions;
        var finish = new ChannelFinish<V, T>(Plan->Job, Y, Epilogue, square);
        while (count > 0)
        {
            int position = (int)(from % positions);
            int run = Math.Min(count, positions - position);
            finish.Run(products, stride, (int)(from / positions), output, channels, position, run);
            products += run * stride;
            from += run;
            count -= run;
        }
    }
}
