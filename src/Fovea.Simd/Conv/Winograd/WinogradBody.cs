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
        using var products = new Scratch<T>(Plan->HeldPanels * (long)Plan->ProductCount);
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
            for (int panel = (int)((long)Plan->Panels * block / Plan->OutputBlocks); panel < end; panel += Plan->HeldPanels)
            {
                Held(group, extent, panel, Math.Min(Plan->HeldPanels, end - panel), input, products.At, outputs.At, prefetches.At);
            }
        }
    }

    // An element of the patch multiplies all panels that are held, then the next does; and the panels are finished.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Held(int group, in WinogradExtent extent, int panel, int panels, T* input, T* products, T* outputs, PrefetchRun* prefetches)
    {
        nint groupWeights = WinogradWeights<V, T, TTile>.GroupCount(Plan->Job);
        for (int e = 0; e < TTile.Patch; e++)
        {
            for (int p = 0; p < panels; p++)
            {
                // The tiles prefetch the weights that come next, which may still be far from the processor.
                (int nextPanel, int nextElement) = p + 1 < panels ? (p + 1, e) : (0, e + 1);
                T* weights = Weights + (group * groupWeights) + At(panel + p, e);
                T* next = Weights + (group * groupWeights) + At(panel + nextPanel, nextElement);
                Multiply(extent, panel + p, weights, (byte*)next, input + (e * Plan->InputStride), products + (p * Plan->ProductCount) + (e * Plan->ProductStride), prefetches);
            }
        }

        for (int p = 0; p < panels; p++, panel++, products += Plan->ProductCount)
        {
            int columns = Columns(panel);
            for (int q = 0; q < columns; q++)
            {
                int first = (panel * 2 * V.Width) + (q * V.Width);
                Finish((group * Plan->Job.Outputs) + first, Math.Min(V.Width, Plan->Job.Outputs - first), extent, products + (q * V.Width), columns * V.Width, outputs);
            }
        }
    }

    // Registers of output channels of a panel, and where an element's weights of it lie.
    private readonly int Columns(int panel) => Plan->Job.Outputs - (panel * 2 * V.Width) > V.Width ? 2 : 1;

    private readonly nint At(int panel, int element) => (nint)Plan->Job.Inputs * V.Width * ((panel * 2 * TTile.Patch) + (element * Columns(panel)));

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Multiply(in WinogradExtent extent, int panel, T* weights, byte* next, T* a, T* c, PrefetchRun* prefetches)
    {
        int inputs = Plan->Job.Inputs;
        int columns = Columns(panel);
        nint rowStride = columns * V.Width;
        nint block = (nint)Plan->UnitTiles * V.Width;
        int rowPanels = GemmShape<V, T>.RowPanels(extent.Tiles);
        nint steps = (nint)rowPanels * Plan->InputBlocks * V.Width;
        nint apart = Math.Min(Line, ((inputs * rowStride * sizeof(T)) + steps - 1) / steps);
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
                ChannelTiles<V, T, N2>.Run(height, inputs, a + (row * V.Width), block, weights, c + (row * rowStride), rowStride, false, prefetches);
            }
            else
            {
                ChannelTiles<V, T, N1>.Run(height, inputs, a + (row * V.Width), block, weights, c + (row * rowStride), rowStride, false, prefetches);
            }
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
