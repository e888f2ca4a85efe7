using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Takes rows apart into even and odd columns, and puts them together: what a stride of two needs.</summary>
internal static unsafe class EvenOdd<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Numbers 0, 2, 4 … of the two registers that begin at <paramref name="from"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Even(T* from) => Even(from, from + V.Width);

    /// <summary>Numbers 0, 2, 4 … of one register and then of another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Even(T* from, T* then)
    {
        if (typeof(V) == typeof(Vec512<float>))
        {
            var even = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            return As(new Vec512<float>(Avx512F.PermuteVar16x32x2(Vector512.Load((float*)from), even, Vector512.Load((float*)then))));
        }

        if (typeof(V) == typeof(Vec256<float>) && Avx2.IsSupported)
        {
            Vector256<float> pairs = Avx.Shuffle(Vector256.Load((float*)from), Vector256.Load((float*)then), 0b10_00_10_00);
            return As(new Vec256<float>(Avx2.Permute4x64(pairs.AsDouble(), 0b11_01_10_00).AsSingle()));
        }

        T* staged = stackalloc T[V.Width];
        for (int j = 0; j < V.Width; j++)
        {
            staged[j] = 2 * j < V.Width ? from[2 * j] : then[(2 * j) - V.Width];
        }

        return V.Load(staged);
    }

    /// <summary><c>to[2j] = even[j], to[2j + 1] = odd[j]</c> for as long as the row has room: <paramref name="count"/> numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Interleave(T* even, T* odd, T* to, int count)
    {
        int j = 0;
        if (typeof(V) == typeof(Vec512<float>))
        {
            var low = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            var high = Vector512.Create(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
            for (; j <= count - 32; j += 32)
            {
                Vector512<float> a = Vector512.Load((float*)even + (j / 2));
                Vector512<float> b = Vector512.Load((float*)odd + (j / 2));
                Avx512F.PermuteVar16x32x2(a, low, b).Store((float*)to + j);
                Avx512F.PermuteVar16x32x2(a, high, b).Store((float*)to + j + 16);
            }
        }

        if (typeof(T) == typeof(float) && Avx2.IsSupported)
        {
            for (; j <= count - 16; j += 16)
            {
                Vector256<float> a = Vector256.Load((float*)even + (j / 2));
                Vector256<float> b = Vector256.Load((float*)odd + (j / 2));
                Vector256<float> low = Avx.UnpackLow(a, b);
                Vector256<float> high = Avx.UnpackHigh(a, b);
                Avx.Permute2x128(low, high, 0x20).Store((float*)to + j);
                Avx.Permute2x128(low, high, 0x31).Store((float*)to + j + 8);
            }
        }

        for (; j < count; j++)
        {
            to[j] = (j & 1) == 0 ? even[j / 2] : odd[j / 2];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V As<TFrom>(TFrom value) => Unsafe.BitCast<TFrom, V>(value);
}
