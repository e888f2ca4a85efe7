using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>
/// The innermost kernel with output channels in the lanes: positions (or patches) down, output channels across the registers, summed
/// over input channels. The input lies in blocks of one register of channels, [block][row][channel], so that the rows of a tile are a
/// constant apart and one number of each is broadcast per step.
/// </summary>
internal static unsafe class ChannelTile<V, T, TRows, TColumns, TInput>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRows : struct, ICount
    where TColumns : struct, ICount
    where TInput : struct, ITileInput
{
    /// <summary>Sums the steps and writes the tile, or adds it.</summary>
    /// <param name="channels">Input channels.</param>
    /// <param name="a">The first row's channels.</param>
    /// <param name="block">Numbers from one block of channels to the next; from one plane to the next where positions lie side by side.</param>
    /// <param name="b">Weights, [channel][columns · width].</param>
    /// <param name="c">Target.</param>
    /// <param name="rowStride">Numbers from one row of the target to the next.</param>
    /// <param name="adds">Whether to add to the target.</param>
    /// <param name="prefetches">For each block of channels, lines that later tiles will read: one is prefetched with every step.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(int channels, T* a, nint block, T* b, T* c, nint rowStride, bool adds, PrefetchRun* prefetches)
    {
        var sums = default(TileSums<V, T, TRows, TColumns>);

        // From one row to the next, and from one step to the next.
        int row = TInput.Planes ? 1 : V.Width;
        nint step = TInput.Planes ? block : 1;
        for (; channels > 0; channels -= V.Width, a += TInput.Planes ? 0 : block - V.Width)
        {
            byte* line = TInput.Prefetches ? prefetches->At : null;
            nint apart = TInput.Prefetches ? prefetches++->Apart : 0;
            for (int k = Math.Min(channels, V.Width); k > 0; k--, a += step, b += TColumns.Value * V.Width)
            {
                if (TInput.Prefetches)
                {
                    Prefetch.ToSecondLevel(line);
                    line += apart;
                }

                V b0 = V.Load(b);
                V b1 = TColumns.Value > 1 ? V.Load(b + V.Width) : b0;
                sums.Add(new PanelRows<V, T>(a, row), b0, b1);
            }
        }

        sums.Write(c, c + V.Width, rowStride, adds);
    }
}

/// <summary>Chooses the compiled tile for a height that is known at run time.</summary>
internal static unsafe class ChannelTiles<V, T, TColumns>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TColumns : struct, ICount
{
    /// <summary>A tile and nothing else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(int height, int channels, T* a, nint block, T* b, T* c, nint rowStride, bool adds) =>
        Run<PlainTile>(height, channels, a, block, b, c, rowStride, adds, null);

    /// <summary>A tile that prefetches meanwhile what later ones will read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(int height, int channels, T* a, nint block, T* b, T* c, nint rowStride, bool adds, PrefetchRun* prefetches) =>
        Run<PrefetchingTile>(height, channels, a, block, b, c, rowStride, adds, prefetches);

    /// <summary>As the one that prefetches, over unpacked planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunOverPlanes(int height, int channels, T* a, nint plane, T* b, T* c, nint rowStride, bool adds, PrefetchRun* prefetches) =>
        Run<PrefetchingPlaneTile>(height, channels, a, plane, b, c, rowStride, adds, prefetches);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run<TInput>(int height, int channels, T* a, nint block, T* b, T* c, nint rowStride, bool adds, PrefetchRun* prefetches)
        where TInput : struct, ITileInput
    {
        switch (height)
        {
            case 12:
                ChannelTile<V, T, N12, TColumns, TInput>.Run(channels, a, block, b, c, rowStride, adds, prefetches);
                break;
            case 10:
                ChannelTile<V, T, N10, TColumns, TInput>.Run(channels, a, block, b, c, rowStride, adds, prefetches);
                break;
            case 8:
                ChannelTile<V, T, N8, TColumns, TInput>.Run(channels, a, block, b, c, rowStride, adds, prefetches);
                break;
            case 6:
                ChannelTile<V, T, N6, TColumns, TInput>.Run(channels, a, block, b, c, rowStride, adds, prefetches);
                break;
            case 4:
                ChannelTile<V, T, N4, TColumns, TInput>.Run(channels, a, block, b, c, rowStride, adds, prefetches);
                break;
            default:
                ChannelTile<V, T, N2, TColumns, TInput>.Run(channels, a, block, b, c, rowStride, adds, prefetches);
                break;
        }
    }
}
