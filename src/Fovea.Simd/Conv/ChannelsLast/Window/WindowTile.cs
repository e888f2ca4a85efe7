using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>
/// The innermost kernel over a staged window, [block of channels][row][column][channel], which holds every number once: one or two runs
/// of neighbouring outputs of a row down, output channels across the registers, summed over blocks, taps and channels. All taps read
/// the same window, each a constant distance away.
/// </summary>
/// <typeparam name="V">The register.</typeparam>
/// <typeparam name="T">Its numbers.</typeparam>
/// <typeparam name="TRun">Outputs of a run.</typeparam>
/// <typeparam name="TRuns">1, or 2 where a second run lies anywhere else in the window.</typeparam>
/// <typeparam name="TColumns">Registers of output channels, 1 or 2.</typeparam>
/// <typeparam name="TStride">Numbers of the window from one output to the next.</typeparam>
internal static unsafe class WindowTile<V, T, TRun, TRuns, TColumns, TStride>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRun : struct, ICount
    where TRuns : struct, ICount
    where TColumns : struct, ICount
    where TStride : struct, IOutputStep
{
    /// <summary>Sums and writes both runs, [output][columns · width], or adds them.</summary>
    /// <param name="steps">Blocks, taps and where each tap lies.</param>
    /// <param name="a">What the first run's first output reads at offset 0.</param>
    /// <param name="second">Numbers from there to the second run's.</param>
    /// <param name="b">Weights, [block][tap][channel][columns · width].</param>
    /// <param name="c">Target of the first run.</param>
    /// <param name="d">Target of the second run.</param>
    /// <param name="ahead">Weights that are prefetched meanwhile, because a later tile reads them.</param>
    /// <param name="aheadStep">How far that gets with each step.</param>
    /// <param name="adds">Whether to add to the target.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in WindowSteps steps, T* a, nint second, T* b, T* c, T* d, T* ahead, nint aheadStep, bool adds)
    {
        V c00 = V.Zero, c01 = V.Zero;
        V c10 = V.Zero, c11 = V.Zero;
        V c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero;
        V c40 = V.Zero, c41 = V.Zero;
        V c50 = V.Zero, c51 = V.Zero;
        V c60 = V.Zero, c61 = V.Zero;
        V d00 = V.Zero, d01 = V.Zero;
        V d10 = V.Zero, d11 = V.Zero;
        V d20 = V.Zero, d21 = V.Zero;
        V d30 = V.Zero, d31 = V.Zero;
        V d40 = V.Zero, d41 = V.Zero;
        V d50 = V.Zero, d51 = V.Zero;
        V d60 = V.Zero, d61 = V.Zero;
        int step = TStride.Numbers(V.Width);
        nint* taps = steps.Offsets;
        nint* end = taps + steps.Taps;
        for (int block = steps.Blocks; block > 0; block--, a += steps.BlockStride)
        {
            for (nint* tap = taps; tap < end; tap++)
            {
                T* p = a + *tap;
                T* q = p + second;
                for (T* last = p + steps.Depth; p < last; p++, q++, b += TColumns.Value * V.Width, ahead += aheadStep)
                {
                    V b0 = V.Load(b);
                    V b1 = TColumns.Value > 1 ? V.Load(b + V.Width) : b0;
                    Prefetch.ToSecondLevel(ahead);
                    V x = V.Broadcast(p[0]);
                    c00 = V.MultiplyAdd(x, b0, c00);
                    c01 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c01) : c01;
                    if (TRun.Value > 1)
                    {
                        x = V.Broadcast(p[step]);
                        c10 = V.MultiplyAdd(x, b0, c10);
                        c11 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c11) : c11;
                    }

                    if (TRun.Value > 2)
                    {
                        x = V.Broadcast(p[2 * step]);
                        c20 = V.MultiplyAdd(x, b0, c20);
                        c21 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c21) : c21;
                    }

                    if (TRun.Value > 3)
                    {
                        x = V.Broadcast(p[3 * step]);
                        c30 = V.MultiplyAdd(x, b0, c30);
                        c31 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c31) : c31;
                    }

                    if (TRun.Value > 4)
                    {
                        x = V.Broadcast(p[4 * step]);
                        c40 = V.MultiplyAdd(x, b0, c40);
                        c41 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c41) : c41;
                    }

                    if (TRun.Value > 5)
                    {
                        x = V.Broadcast(p[5 * step]);
                        c50 = V.MultiplyAdd(x, b0, c50);
                        c51 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c51) : c51;
                    }

                    if (TRun.Value > 6)
                    {
                        x = V.Broadcast(p[6 * step]);
                        c60 = V.MultiplyAdd(x, b0, c60);
                        c61 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c61) : c61;
                    }

                    if (TRuns.Value > 1)
                    {
                        x = V.Broadcast(q[0]);
                        d00 = V.MultiplyAdd(x, b0, d00);
                        d01 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, d01) : d01;
                    }

                    if (TRuns.Value > 1 && TRun.Value > 1)
                    {
                        x = V.Broadcast(q[step]);
                        d10 = V.MultiplyAdd(x, b0, d10);
                        d11 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, d11) : d11;
                    }

                    if (TRuns.Value > 1 && TRun.Value > 2)
                    {
                        x = V.Broadcast(q[2 * step]);
                        d20 = V.MultiplyAdd(x, b0, d20);
                        d21 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, d21) : d21;
                    }

                    if (TRuns.Value > 1 && TRun.Value > 3)
                    {
                        x = V.Broadcast(q[3 * step]);
                        d30 = V.MultiplyAdd(x, b0, d30);
                        d31 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, d31) : d31;
                    }

                    if (TRuns.Value > 1 && TRun.Value > 4)
                    {
                        x = V.Broadcast(q[4 * step]);
                        d40 = V.MultiplyAdd(x, b0, d40);
                        d41 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, d41) : d41;
                    }

                    if (TRuns.Value > 1 && TRun.Value > 5)
                    {
                        x = V.Broadcast(q[5 * step]);
                        d50 = V.MultiplyAdd(x, b0, d50);
                        d51 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, d51) : d51;
                    }

                    if (TRuns.Value > 1 && TRun.Value > 6)
                    {
                        x = V.Broadcast(q[6 * step]);
                        d60 = V.MultiplyAdd(x, b0, d60);
                        d61 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, d61) : d61;
                    }
                }
            }
        }

        Write(c, c00, c01, adds);
        if (TRun.Value > 1)
        {
            Write(c + (TColumns.Value * V.Width), c10, c11, adds);
        }

        if (TRun.Value > 2)
        {
            Write(c + (2 * TColumns.Value * V.Width), c20, c21, adds);
        }

        if (TRun.Value > 3)
        {
            Write(c + (3 * TColumns.Value * V.Width), c30, c31, adds);
        }

        if (TRun.Value > 4)
        {
            Write(c + (4 * TColumns.Value * V.Width), c40, c41, adds);
        }

        if (TRun.Value > 5)
        {
            Write(c + (5 * TColumns.Value * V.Width), c50, c51, adds);
        }

        if (TRun.Value > 6)
        {
            Write(c + (6 * TColumns.Value * V.Width), c60, c61, adds);
        }

        if (TRuns.Value > 1)
        {
            Write(d, d00, d01, adds);
        }

        if (TRuns.Value > 1 && TRun.Value > 1)
        {
            Write(d + (TColumns.Value * V.Width), d10, d11, adds);
        }

        if (TRuns.Value > 1 && TRun.Value > 2)
        {
            Write(d + (2 * TColumns.Value * V.Width), d20, d21, adds);
        }

        if (TRuns.Value > 1 && TRun.Value > 3)
        {
            Write(d + (3 * TColumns.Value * V.Width), d30, d31, adds);
        }

        if (TRuns.Value > 1 && TRun.Value > 4)
        {
            Write(d + (4 * TColumns.Value * V.Width), d40, d41, adds);
        }

        if (TRuns.Value > 1 && TRun.Value > 5)
        {
            Write(d + (5 * TColumns.Value * V.Width), d50, d51, adds);
        }

        if (TRuns.Value > 1 && TRun.Value > 6)
        {
            Write(d + (6 * TColumns.Value * V.Width), d60, d61, adds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(T* to, V left, V right, bool adds)
    {
        if (adds)
        {
            left += V.Load(to);
            right = TColumns.Value > 1 ? right + V.Load(to + V.Width) : right;
        }

        left.Store(to);
        if (TColumns.Value > 1)
        {
            right.Store(to + V.Width);
        }
    }
}
