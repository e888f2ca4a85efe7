using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>What a tile sums over at one visit.</summary>
internal unsafe struct WindowSteps
{
    /// <summary>Blocks of channels.</summary>
    public int Blocks;

    /// <summary>Numbers from one block of the window to the next.</summary>
    public nint BlockStride;

    /// <summary>How far each tap lies from the first number that an output reads.</summary>
    public nint* Offsets;

    /// <summary>How many taps there are.</summary>
    public int Taps;

    /// <summary>Numbers that a tap reads side by side: a register of channels, or the columns of a kernel's row.</summary>
    public int Depth;
}

/// <summary>A run of neighbouring outputs: where it is read in a window, and which of the unit's outputs it begins with.</summary>
internal struct WindowRun
{
    public nint In;
    public int Out;
    public int Count;
}

/// <summary>How far the numbers of neighbouring outputs lie apart in a window.</summary>
internal interface IOutputStep
{
    /// <summary>The distance, in numbers, where a register holds <paramref name="width"/>.</summary>
    static abstract int Numbers(int width);
}

/// <summary>Columns of as many channels as a register holds.</summary>
internal readonly struct ChannelColumns<TColumns> : IOutputStep
    where TColumns : struct, ICount
{
    public static int Numbers(int width) => TColumns.Value * width;
}

/// <summary>Columns of one channel.</summary>
internal readonly struct PlaneColumns<TColumns> : IOutputStep
    where TColumns : struct, ICount
{
    public static int Numbers(int width) => TColumns.Value;
}

/// <summary>Chooses the compiled tile for a run that is known at run time.</summary>
internal static unsafe class WindowTiles<V, T, TColumns, TStride>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TColumns : struct, ICount
    where TStride : struct, IOutputStep
{
    /// <summary>Outputs of the longest run: two of them fill 31 of the 32 registers of AVX-512, or 15 of the 16 of AVX2.</summary>
    public static int LongestRun
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Width * Unsafe.SizeOf<T>() == 64 ? 7 : 3;
    }

    /// <summary>Adds one visit's part of the sums of all runs: two at a time where they are equally long.</summary>
    /// <param name="steps">What is summed over.</param>
    /// <param name="a">The window.</param>
    /// <param name="b">The visit's weights.</param>
    /// <param name="runs">The runs.</param>
    /// <param name="count">How many.</param>
    /// <param name="products">Targets, [output][columns · width].</param>
    /// <param name="adds">Whether to add to them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Visit(in WindowSteps steps, T* a, T* b, WindowRun* runs, int count, T* products, bool adds)
    {
        // The tiles of a visit together prefetch the weights of the next one, which follow.
        nint rowStride = TColumns.Value * V.Width;
        nint visit = (nint)steps.Blocks * steps.Taps * steps.Depth * rowStride;
        nint share = visit * 2 / (count + 1);
        nint aheadStep = ((rowStride * 2) / (count + 1)) + 1;
        T* ahead = b + visit;
        for (int i = 0; i < count; ahead += share)
        {
            WindowRun run = runs[i];
            bool pair = i + 1 < count && runs[i + 1].Count == run.Count;
            WindowRun next = pair ? runs[i + 1] : run;
            T* c = products + (run.Out * rowStride);
            Run(run.Count, pair, steps, a + run.In, next.In - run.In, b, c, products + (next.Out * rowStride), ahead, aheadStep, adds);
            i += pair ? 2 : 1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run(int run, bool pair, in WindowSteps steps, T* a, nint second, T* b, T* c, T* d, T* ahead, nint aheadStep, bool adds)
    {
        if (pair)
        {
            Choose<N2>(run, steps, a, second, b, c, d, ahead, aheadStep, adds);
        }
        else
        {
            Choose<N1>(run, steps, a, second, b, c, d, ahead, aheadStep, adds);
        }
    }

    private static void Choose<TRuns>(int run, in WindowSteps steps, T* a, nint second, T* b, T* c, T* d, T* ahead, nint aheadStep, bool adds)
        where TRuns : struct, ICount
    {
        switch (run)
        {
            case 7:
                WindowTile<V, T, N7, TRuns, TColumns, TStride>.Run(steps, a, second, b, c, d, ahead, aheadStep, adds);
                break;
            case 6:
                WindowTile<V, T, N6, TRuns, TColumns, TStride>.Run(steps, a, second, b, c, d, ahead, aheadStep, adds);
                break;
            case 5:
                WindowTile<V, T, N5, TRuns, TColumns, TStride>.Run(steps, a, second, b, c, d, ahead, aheadStep, adds);
                break;
            case 4:
                WindowTile<V, T, N4, TRuns, TColumns, TStride>.Run(steps, a, second, b, c, d, ahead, aheadStep, adds);
                break;
            case 3:
                WindowTile<V, T, N3, TRuns, TColumns, TStride>.Run(steps, a, second, b, c, d, ahead, aheadStep, adds);
                break;
            case 2:
                WindowTile<V, T, N2, TRuns, TColumns, TStride>.Run(steps, a, second, b, c, d, ahead, aheadStep, adds);
                break;
            default:
                WindowTile<V, T, N1, TRuns, TColumns, TStride>.Run(steps, a, second, b, c, d, ahead, aheadStep, adds);
                break;
        }
    }
}
