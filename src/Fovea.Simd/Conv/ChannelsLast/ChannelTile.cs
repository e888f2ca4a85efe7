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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int channels, T* a, nint block, T* b, T* c, nint rowStride, bool adds, PrefetchRun* prefetches)
    {
        V c00 = V.Zero, c01 = V.Zero;
        V c10 = V.Zero, c11 = V.Zero;
        V c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero;
        V c40 = V.Zero, c41 = V.Zero;
        V c50 = V.Zero, c51 = V.Zero;
        V c60 = V.Zero, c61 = V.Zero;
        V c70 = V.Zero, c71 = V.Zero;
        V c80 = V.Zero, c81 = V.Zero;
        V c90 = V.Zero, c91 = V.Zero;
        V c100 = V.Zero, c101 = V.Zero;
        V c110 = V.Zero, c111 = V.Zero;

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
                V x = V.Broadcast(a[0]);
                c00 = V.MultiplyAdd(x, b0, c00);
                c01 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c01) : c01;
                x = V.Broadcast(a[row]);
                c10 = V.MultiplyAdd(x, b0, c10);
                c11 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c11) : c11;
                if (TRows.Value > 2)
                {
                    x = V.Broadcast(a[2 * row]);
                    c20 = V.MultiplyAdd(x, b0, c20);
                    c21 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c21) : c21;
                    x = V.Broadcast(a[3 * row]);
                    c30 = V.MultiplyAdd(x, b0, c30);
                    c31 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c31) : c31;
                }

                if (TRows.Value > 4)
                {
                    x = V.Broadcast(a[4 * row]);
                    c40 = V.MultiplyAdd(x, b0, c40);
                    c41 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c41) : c41;
                    x = V.Broadcast(a[5 * row]);
                    c50 = V.MultiplyAdd(x, b0, c50);
                    c51 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c51) : c51;
                }

                if (TRows.Value > 6)
                {
                    x = V.Broadcast(a[6 * row]);
                    c60 = V.MultiplyAdd(x, b0, c60);
                    c61 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c61) : c61;
                    x = V.Broadcast(a[7 * row]);
                    c70 = V.MultiplyAdd(x, b0, c70);
                    c71 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c71) : c71;
                }

                if (TRows.Value > 8)
                {
                    x = V.Broadcast(a[8 * row]);
                    c80 = V.MultiplyAdd(x, b0, c80);
                    c81 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c81) : c81;
                    x = V.Broadcast(a[9 * row]);
                    c90 = V.MultiplyAdd(x, b0, c90);
                    c91 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c91) : c91;
                }

                if (TRows.Value > 10)
                {
                    x = V.Broadcast(a[10 * row]);
                    c100 = V.MultiplyAdd(x, b0, c100);
                    c101 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c101) : c101;
                    x = V.Broadcast(a[11 * row]);
                    c110 = V.MultiplyAdd(x, b0, c110);
                    c111 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c111) : c111;
                }
            }
        }

        Write(c, rowStride, c00, c01, c10, c11, adds);
        if (TRows.Value > 2)
        {
            Write(c + (2 * rowStride), rowStride, c20, c21, c30, c31, adds);
        }

        if (TRows.Value > 4)
        {
            Write(c + (4 * rowStride), rowStride, c40, c41, c50, c51, adds);
        }

        if (TRows.Value > 6)
        {
            Write(c + (6 * rowStride), rowStride, c60, c61, c70, c71, adds);
        }

        if (TRows.Value > 8)
        {
            Write(c + (8 * rowStride), rowStride, c80, c81, c90, c91, adds);
        }

        if (TRows.Value > 10)
        {
            Write(c + (10 * rowStride), rowStride, c100, c101, c110, c111, adds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(T* c, nint rowStride, V a, V b, V d, V e, bool adds)
    {
        if (adds)
        {
            a += V.Load(c);
            d += V.Load(c + rowStride);
            b = TColumns.Value > 1 ? b + V.Load(c + V.Width) : b;
            e = TColumns.Value > 1 ? e + V.Load(c + rowStride + V.Width) : e;
        }

        a.Store(c);
        d.Store(c + rowStride);
        if (TColumns.Value > 1)
        {
            b.Store(c + V.Width);
            e.Store(c + rowStride + V.Width);
        }
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
