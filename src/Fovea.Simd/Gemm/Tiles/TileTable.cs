using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>Chooses the compiled tile for a height that is known at run time.</summary>
internal static unsafe class TileTable<V, T, TColumns, TWalk>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TColumns : struct, ICount
    where TWalk : struct, IWalk
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(int height, int k, T* a, T* left, T* right, nint* offsets, T* c, T* d, nint rowStride, bool adds)
    {
        switch (height)
        {
            case 12:
                GemmTile<V, T, N12, TColumns, TWalk>.Run(k, a, left, right, offsets, c, d, rowStride, adds);
                break;
            case 10:
                GemmTile<V, T, N10, TColumns, TWalk>.Run(k, a, left, right, offsets, c, d, rowStride, adds);
                break;
            case 8:
                GemmTile<V, T, N8, TColumns, TWalk>.Run(k, a, left, right, offsets, c, d, rowStride, adds);
                break;
            case 6:
                GemmTile<V, T, N6, TColumns, TWalk>.Run(k, a, left, right, offsets, c, d, rowStride, adds);
                break;
            case 4:
                GemmTile<V, T, N4, TColumns, TWalk>.Run(k, a, left, right, offsets, c, d, rowStride, adds);
                break;
            default:
                GemmTile<V, T, N2, TColumns, TWalk>.Run(k, a, left, right, offsets, c, d, rowStride, adds);
                break;
        }
    }
}
