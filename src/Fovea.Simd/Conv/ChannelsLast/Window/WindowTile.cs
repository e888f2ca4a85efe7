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
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(in WindowSteps steps, T* a, nint second, T* b, T* c, T* d, T* ahead, nint aheadStep, bool adds)
    {
        var first = default(TileSums<V, T, TRun, TColumns>);
        var other = default(TileSums<V, T, TRun, TColumns>);
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
                    first.Add(new PanelRows<V, T>(p, step), b0, b1);
                    if (TRuns.Value > 1)
                    {
                        other.Add(new PanelRows<V, T>(q, step), b0, b1);
                    }
                }
            }
        }

        first.Write(c, c + V.Width, TColumns.Value * V.Width, adds);
        if (TRuns.Value > 1)
        {
            other.Write(d, d + V.Width, TColumns.Value * V.Width, adds);
        }
    }
}
