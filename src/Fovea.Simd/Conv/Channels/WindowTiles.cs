using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Conv.Channels;

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
}

/// <summary>Chooses the compiled tile for a run that is known at run time.</summary>
internal static unsafe class WindowTiles<V, T, TColumns, TStride>
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TColumns : struct, ICount
    where TStride : struct, ICount
{
    /// <summary>Outputs of the longest run: two of them fill 31 of the 32 registers of AVX-512, or 15 of the 16 of AVX2.</summary>
    public static int LongestRun
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Width * Unsafe.SizeOf<T>() == 64 ? 7 : 3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(int run, bool pair, in WindowSteps steps, T* a, nint second, T* b, T* c, T* d, T* ahead, nint aheadStep, bool adds)
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
