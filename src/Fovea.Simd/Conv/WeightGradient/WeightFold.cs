using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Adds up the lanes of the registers that <see cref="WeightTile{V, T, TRows}"/> leaves.</summary>
internal static unsafe class WeightFold<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary><c>to[i] += Σ lanes of sums[i]</c> for <paramref name="count"/> registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add(T* sums, int count, T* to)
    {
        if (typeof(V) == typeof(Vec512<float>) && count == 24)
        {
            float* at = (float*)sums;
            float* target = (float*)to;
            (Vector512.Load(target) + Sixteen(at)).Store(target);
            (Vector256.Load(target + 16) + Eight(at + 256)).Store(target + 16);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            to[i] += V.Sum(V.Load(sums + i * V.Width));
        }
    }

    // A tree of shuffles that halves the registers and adds the halves at each level: 45 instructions for 16 sums, where one sum at
    // a time takes eight each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sixteen(float* at) => Quarters(Four(at), Four(at + 64), Four(at + 128), Four(at + 192));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight(float* at)
    {
        Vector512<float> a = Four(at);
        Vector512<float> b = Four(at + 64);
        Vector512<float> pairs = Avx512F.Shuffle4x128(a, b, 0b10_00_10_00) + Avx512F.Shuffle4x128(a, b, 0b11_01_11_01);

        // Lanes of 128 bits now: a, a', b, b'.
        Vector512<float> sums = pairs + Avx512F.Shuffle4x128(pairs, pairs, 0b10_11_00_01);
        return Vector256.Create(sums.GetLower().GetLower(), sums.GetUpper().GetLower());
    }

    // Each lane of 128 bits of the result holds that lane's part of the sums of four registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Four(float* at)
    {
        Vector512<float> a = Vector512.Load(at);
        Vector512<float> b = Vector512.Load(at + 16);
        Vector512<float> c = Vector512.Load(at + 32);
        Vector512<float> d = Vector512.Load(at + 48);
        Vector512<double> ab = (Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b)).AsDouble();
        Vector512<double> cd = (Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d)).AsDouble();
        return Avx512F.UnpackLow(ab, cd).AsSingle() + Avx512F.UnpackHigh(ab, cd).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Quarters(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        Vector512<float> ab = Avx512F.Shuffle4x128(a, b, 0b10_00_10_00) + Avx512F.Shuffle4x128(a, b, 0b11_01_11_01);
        Vector512<float> cd = Avx512F.Shuffle4x128(c, d, 0b10_00_10_00) + Avx512F.Shuffle4x128(c, d, 0b11_01_11_01);
        return Avx512F.Shuffle4x128(ab, cd, 0b10_00_10_00) + Avx512F.Shuffle4x128(ab, cd, 0b11_01_11_01);
    }
}
