using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Copying;

/// <summary>One tile of a transposition, in registers where the machine has the shuffles for it.</summary>
internal static unsafe class Tile
{
    /// <summary>Side of a whole tile.</summary>
    public const int TileSide = 32;

    /// <summary><c>y[i·strideY + j] = x[j·strideX + i]</c> for i below <paramref name="rows"/> and j below <paramref name="columns"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Transpose<T>(T* x, nint strideX, T* y, nint strideY, int rows, int columns)
        where T : unmanaged
    {
        int done = 0;
        if (sizeof(T) == sizeof(float) && Avx.IsSupported)
        {
            // Whole 8×8 blocks first; the ragged right and lower edges are left to the plain loop.
            int i = 0;
            for (; i <= rows - 8; i += 8)
            {
                int j = 0;
                for (; j <= columns - 8; j += 8)
                {
                    Eight((float*)(x + (j * strideX) + i), strideX, (float*)(y + (i * strideY) + j), strideY);
                }

                Plain(x + i, strideX, y + (i * strideY), strideY, 0, 8, j, columns);
            }

            done = i;
        }

        Plain(x, strideX, y, strideY, done, rows, 0, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Plain<T>(T* x, nint strideX, T* y, nint strideY, int row, int rows, int column, int columns)
        where T : unmanaged
    {
        for (; row < rows; row++)
        {
            T* from = x + row;
            T* to = y + (row * strideY);
            for (nint j = column; j < columns; j++)
            {
                to[j] = from[j * strideX];
            }
        }
    }

    // Pairs of rows are interleaved, then pairs of pairs, then the 128-bit halves change places.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight(float* x, nint sx, float* y, nint sy)
    {
        // The rows of the next tile: each is a jump in memory that the hardware does not foresee (this halved the time of large ones).
        for (int k = TileSide; k < TileSide + 8; k++)
        {
            Prefetch.Line(x + (k * sx));
        }

        Vector256<float> r0 = Vector256.Load(x), r1 = Vector256.Load(x + sx);
        Vector256<float> r2 = Vector256.Load(x + (2 * sx)), r3 = Vector256.Load(x + (3 * sx));
        Vector256<float> r4 = Vector256.Load(x + (4 * sx)), r5 = Vector256.Load(x + (5 * sx));
        Vector256<float> r6 = Vector256.Load(x + (6 * sx)), r7 = Vector256.Load(x + (7 * sx));
        Vector256<float> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1);
        Vector256<float> a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> a4 = Avx.UnpackLow(r4, r5), a5 = Avx.UnpackHigh(r4, r5);
        Vector256<float> a6 = Avx.UnpackLow(r6, r7), a7 = Avx.UnpackHigh(r6, r7);
        Vector256<float> b0 = Avx.Shuffle(a0, a2, 0x44), b1 = Avx.Shuffle(a0, a2, 0xEE);
        Vector256<float> b2 = Avx.Shuffle(a1, a3, 0x44), b3 = Avx.Shuffle(a1, a3, 0xEE);
        Vector256<float> b4 = Avx.Shuffle(a4, a6, 0x44), b5 = Avx.Shuffle(a4, a6, 0xEE);
        Vector256<float> b6 = Avx.Shuffle(a5, a7, 0x44), b7 = Avx.Shuffle(a5, a7, 0xEE);
        Avx.Permute2x128(b0, b4, 0x20).Store(y);
        Avx.Permute2x128(b1, b5, 0x20).Store(y + sy);
        Avx.Permute2x128(b2, b6, 0x20).Store(y + (2 * sy));
        Avx.Permute2x128(b3, b7, 0x20).Store(y + (3 * sy));
        Avx.Permute2x128(b0, b4, 0x31).Store(y + (4 * sy));
        Avx.Permute2x128(b1, b5, 0x31).Store(y + (5 * sy));
        Avx.Permute2x128(b2, b6, 0x31).Store(y + (6 * sy));
        Avx.Permute2x128(b3, b7, 0x31).Store(y + (7 * sy));
    }
}
