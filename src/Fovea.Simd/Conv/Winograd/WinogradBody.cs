using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Conv.ChannelsLast;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>
/// Multiplies transformed patches by transformed weights and transforms the products back: piece i is one unit of tiles of one group,
/// for one block of output channels.
/// </summary>
internal unsafe struct WinogradBody<V, T, TTile> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTile : struct, ITileTransform<V, T>
{
    private const int Line = 64;

    public WinogradPlan* Plan;
    public WinogradInput<V, T, TTile> Input;

    /// <summary>The input of all units, transformed, or null when each piece transforms its own.</summary>
    public T* Shared;

    /// <summary>Transformed weights.</summary>
    public T* Weights;
    public T* Y;
    public ConvEpilogue<T> Epilogue;

    public readonly int Pieces => Plan->Job.Groups * Plan->Units * Plan->OutputBlocks;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        int m = TTile.Outputs;
        using var stage = new Scratch<T>(Shared is null ? Input.StageCount : 1);
        using var own = new Scratch<T>(Shared is null ? Plan->InputCount : 1);
        using var products = new Scratch<T>(Plan->ProductCount);
        using var prefetches = new Scratch<PrefetchRun>(Plan->InputBlocks);
        using var outputs = new Scratch<T>(((long)Plan->UnitRows * m * Plan->Job.OutWidth + (m * m) + TTile.Work + V.Width) * V.Width);
        for (int i = from; i < to; i++)
        {
            int groupUnit = i / Plan->OutputBlocks;
            int group = groupUnit / Plan->Units;
            var extent = new WinogradExtent(*Plan, groupUnit % Plan->Units);
            T* input = own.At;
            if (Shared is null)
            {
                Input.Unit(group, extent, stage.At, input);
            }
            else
            {
                input = Shared + (groupUnit * Plan->InputCount);
            }

            int block = i % Plan->OutputBlocks;
            int end = (int)((long)Plan->Panels * (block + 1) / Plan->OutputBlocks);
            for (int panel = (int)((long)Plan->Panels * block / Plan->OutputBlocks); panel < end; panel++)
            {
                Panel(group, extent, panel, input, products.At, outputs.At, prefetches.At);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Panel(int group, in WinogradExtent extent, int panel, T* input, T* products, T* outputs, PrefetchRun* prefetches)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int first = panel * 2 * V.Width;
        int count = Math.Min(2 * V.Width, job.Outputs - first);
        int columns = count > V.Width ? 2 : 1;
        nint rowStride = columns * V.Width;
        T* weights = Weights + (group * WinogradWeights<V, T, TTile>.GroupCount(job)) + ((nint)first * job.Inputs * TTile.Patch);
        nint element = (nint)job.Inputs * rowStride;
        nint block = (nint)Plan->UnitTiles * V.Width;
        int rowPanels = GemmShape<V, T>.RowPanels(extent.Tiles);
        nint steps = (nint)rowPanels * Plan->InputBlocks * V.Width;
        nint apart = Math.Min(Line, ((element * sizeof(T)) + steps - 1) / steps);
        for (int e = 0; e < TTile.Patch; e++, weights += element)
        {
            // The tiles of an element prefetch the weights of the next, which may still be far from the processor.
            byte* next = (byte*)(weights + element);
            T* a = input + (e * Plan->InputStride);
            T* c = products + (e * Plan->ProductStride);
            for (int p = 0; p < rowPanels; p++)
            {
                int row = GemmShape<V, T>.RowStart(extent.Tiles, rowPanels, p);
                int height = GemmShape<V, T>.RowStart(extent.Tiles, rowPanels, p + 1) - row;
                for (int i = 0; i < Plan->InputBlocks; i++, next += V.Width * apart)
                {
                    prefetches[i] = new() { At = next, Apart = apart };
                }

                if (columns == 2)
                {
                    ChannelTiles<V, T, N2>.Run(height, job.Inputs, a + (row * V.Width), block, weights, c + (row * rowStride), rowStride, false, prefetches);
                }
                else
                {
                    ChannelTiles<V, T, N1>.Run(height, job.Inputs, a + (row * V.Width), block, weights, c + (row * rowStride), rowStride, false, prefetches);
                }
            }
        }

        for (int q = 0; q < columns; q++)
        {
            Finish((group * job.Outputs) + first + (q * V.Width), Math.Min(V.Width, count - (q * V.Width)), extent, products + (q * V.Width), rowStride, outputs);
        }
    }

    // The tiles of one register of output channels become positions by channels, and these planes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Finish(int output, int channels, in WinogradExtent extent, T* products, nint rowStride, T* outputs)
    {
        ref readonly WinogradPlan plan = ref *Plan;
        ref readonly ConvJob job = ref plan.Job;
        int m = TTile.Outputs;
        int apart = plan.DilationWidth;
        nint line = (nint)job.OutWidth * V.Width;
        T* edge = outputs + (((nint)Plan->UnitRows * m * job.OutWidth) * V.Width);
        T* work = edge + (m * m * V.Width);
        var finish = new ChannelFinish<V, T>(job, Y, Epilogue, work + (TTile.Work * V.Width));
        for (int n = 0; n < extent.Images; n++)
        {
            (int image, int phase) = plan.Place(extent.Image + n);
            int top = (extent.Row * m * plan.DilationHeight) + phase;
            int rows = Math.Min(extent.Rows * m, WinogradPlan.Count(top, job.OutHeight, plan.DilationHeight));
            for (int i = 0; i < extent.Rows; i++)
            {
                int down = Math.Min(m, rows - (i * m));
                for (int j = 0; j < plan.TileColumns; j++, products += rowStride)
                {
                    int column = plan.Column(j);
                    T* to = outputs + (i * m * line) + ((nint)column * V.Width);
                    int across = Math.Min(m, WinogradPlan.Count(column, job.OutWidth, apart));
                    if (down == m && across == m)
                    {
                        TTile.Output(products, plan.ProductStride, to, line, apart * V.Width, work);
                        continue;
                    }

                    // A tile that reaches beyond the map.
                    TTile.Output(products, plan.ProductStride, edge, m * V.Width, V.Width, work);
                    for (int u = 0; u < down; u++)
                    {
                        for (int v = 0; v < across; v++)
                        {
                            V.Load(edge + (((u * m) + v) * V.Width)).Store(to + (u * line) + (v * apart * V.Width));
                        }
                    }
                }
            }

            // Rows of one residue are written one by one, those of all residues as the run that they are.
            int runs = plan.DilationHeight == 1 ? 1 : rows;
            for (int r = 0; r < runs; r++)
            {
                int position = (top + (r * plan.DilationHeight)) * job.OutWidth;
                finish.Run(outputs + (r * line), V.Width, image, output, channels, position, rows / runs * job.OutWidth);
            }
        }
    }
}
