using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Simd.Gemm;

/// <summary>Transposes small squares of floats in registers: what packing a matrix against its rows comes down to.</summary>
internal static unsafe class RegisterTranspose
{
    /// <summary>
    /// <c>to[j, i] = from[i, j]</c> for 16 × 16 numbers, where rows from <paramref name="rows"/> on count as zero and are not read.
    /// Writes 16 numbers per row of the target, in ascending order of rows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Sixteen(float* from, nint fromStride, int rows, float* to, nint toStride)
    {
        Columns(
            from, fromStride, rows,
            out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3,
            out Vector512<float> c4, out Vector512<float> c5, out Vector512<float> c6, out Vector512<float> c7,
            out Vector512<float> c8, out Vector512<float> c9, out Vector512<float> ca, out Vector512<float> cb,
            out Vector512<float> cc, out Vector512<float> cd, out Vector512<float> ce, out Vector512<float> cf);
        c0.Store(to);
        c1.Store(to + toStride);
        c2.Store(to + (2 * toStride));
        c3.Store(to + (3 * toStride));
        c4.Store(to + (4 * toStride));
        c5.Store(to + (5 * toStride));
        c6.Store(to + (6 * toStride));
        c7.Store(to + (7 * toStride));
        c8.Store(to + (8 * toStride));
        c9.Store(to + (9 * toStride));
        ca.Store(to + (10 * toStride));
        cb.Store(to + (11 * toStride));
        cc.Store(to + (12 * toStride));
        cd.Store(to + (13 * toStride));
        ce.Store(to + (14 * toStride));
        cf.Store(to + (15 * toStride));
    }

    /// <summary>The columns of a square as <see cref="Sixteen"/> writes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Columns(
        float* from, nint fromStride, int rows,
        out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3,
        out Vector512<float> c4, out Vector512<float> c5, out Vector512<float> c6, out Vector512<float> c7,
        out Vector512<float> c8, out Vector512<float> c9, out Vector512<float> ca, out Vector512<float> cb,
        out Vector512<float> cc, out Vector512<float> cd, out Vector512<float> ce, out Vector512<float> cf)
    {
        Vector512<float> r0 = Row(from, fromStride, 0, rows), r1 = Row(from, fromStride, 1, rows);
        Vector512<float> r2 = Row(from, fromStride, 2, rows), r3 = Row(from, fromStride, 3, rows);
        Vector512<float> r4 = Row(from, fromStride, 4, rows), r5 = Row(from, fromStride, 5, rows);
        Vector512<float> r6 = Row(from, fromStride, 6, rows), r7 = Row(from, fromStride, 7, rows);
        Vector512<float> r8 = Row(from, fromStride, 8, rows), r9 = Row(from, fromStride, 9, rows);
        Vector512<float> ra = Row(from, fromStride, 10, rows), rb = Row(from, fromStride, 11, rows);
        Vector512<float> rc = Row(from, fromStride, 12, rows), rd = Row(from, fromStride, 13, rows);
        Vector512<float> re = Row(from, fromStride, 14, rows), rf = Row(from, fromStride, 15, rows);

        // Fours of rows: afterwards q[i][j] holds, in each lane of 128 bits, column 4 · lane + j of rows 4i … 4i + 3.
        Four(r0, r1, r2, r3, out Vector512<float> q00, out Vector512<float> q01, out Vector512<float> q02, out Vector512<float> q03);
        Four(r4, r5, r6, r7, out Vector512<float> q10, out Vector512<float> q11, out Vector512<float> q12, out Vector512<float> q13);
        Four(r8, r9, ra, rb, out Vector512<float> q20, out Vector512<float> q21, out Vector512<float> q22, out Vector512<float> q23);
        Four(rc, rd, re, rf, out Vector512<float> q30, out Vector512<float> q31, out Vector512<float> q32, out Vector512<float> q33);

        Lanes(q00, q10, q20, q30, out c0, out c4, out c8, out cc);
        Lanes(q01, q11, q21, q31, out c1, out c5, out c9, out cd);
        Lanes(q02, q12, q22, q32, out c2, out c6, out ca, out ce);
        Lanes(q03, q13, q23, q33, out c3, out c7, out cb, out cf);
    }

    /// <summary>As <see cref="Sixteen"/>, for 8 × 8 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Eight(float* from, nint fromStride, int rows, float* to, nint toStride)
    {
        Vector256<float> r0 = Short(from, fromStride, 0, rows), r1 = Short(from, fromStride, 1, rows);
        Vector256<float> r2 = Short(from, fromStride, 2, rows), r3 = Short(from, fromStride, 3, rows);
        Vector256<float> r4 = Short(from, fromStride, 4, rows), r5 = Short(from, fromStride, 5, rows);
        Vector256<float> r6 = Short(from, fromStride, 6, rows), r7 = Short(from, fromStride, 7, rows);
        Four(r0, r1, r2, r3, out Vector256<float> q00, out Vector256<float> q01, out Vector256<float> q02, out Vector256<float> q03);
        Four(r4, r5, r6, r7, out Vector256<float> q10, out Vector256<float> q11, out Vector256<float> q12, out Vector256<float> q13);
        Avx.Permute2x128(q00, q10, 0x20).Store(to);
        Avx.Permute2x128(q01, q11, 0x20).Store(to + toStride);
        Avx.Permute2x128(q02, q12, 0x20).Store(to + (2 * toStride));
        Avx.Permute2x128(q03, q13, 0x20).Store(to + (3 * toStride));
        Avx.Permute2x128(q00, q10, 0x31).Store(to + (4 * toStride));
        Avx.Permute2x128(q01, q11, 0x31).Store(to + (5 * toStride));
        Avx.Permute2x128(q02, q12, 0x31).Store(to + (6 * toStride));
        Avx.Permute2x128(q03, q13, 0x31).Store(to + (7 * toStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Row(float* from, nint stride, int i, int rows)
    {
        if (i >= rows)
        {
            return Vector512<float>.Zero;
        }

        // Sixteen rows are more streams than the processor follows by itself.
        Sse.Prefetch0(from + (i * stride) + 64);
        return Vector512.Load(from + (i * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Short(float* from, nint stride, int i, int rows) =>
        i < rows ? Vector256.Load(from + (i * stride)) : Vector256<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d,
        out Vector512<float> q0, out Vector512<float> q1, out Vector512<float> q2, out Vector512<float> q3)
    {
        Vector512<double> ab0 = Avx512F.UnpackLow(a, b).AsDouble();
        Vector512<double> ab1 = Avx512F.UnpackHigh(a, b).AsDouble();
        Vector512<double> cd0 = Avx512F.UnpackLow(c, d).AsDouble();
        Vector512<double> cd1 = Avx512F.UnpackHigh(c, d).AsDouble();
        q0 = Avx512F.UnpackLow(ab0, cd0).AsSingle();
        q1 = Avx512F.UnpackHigh(ab0, cd0).AsSingle();
        q2 = Avx512F.UnpackLow(ab1, cd1).AsSingle();
        q3 = Avx512F.UnpackHigh(ab1, cd1).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d,
        out Vector256<float> q0, out Vector256<float> q1, out Vector256<float> q2, out Vector256<float> q3)
    {
        Vector256<double> ab0 = Avx.UnpackLow(a, b).AsDouble();
        Vector256<double> ab1 = Avx.UnpackHigh(a, b).AsDouble();
        Vector256<double> cd0 = Avx.UnpackLow(c, d).AsDouble();
        Vector256<double> cd1 = Avx.UnpackHigh(c, d).AsDouble();
        q0 = Avx.UnpackLow(ab0, cd0).AsSingle();
        q1 = Avx.UnpackHigh(ab0, cd0).AsSingle();
        q2 = Avx.UnpackLow(ab1, cd1).AsSingle();
        q3 = Avx.UnpackHigh(ab1, cd1).AsSingle();
    }

    // Transposes the four lanes of 128 bits of four registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lanes(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d,
        out Vector512<float> l0, out Vector512<float> l1, out Vector512<float> l2, out Vector512<float> l3)
    {
        Vector512<float> ab0 = Avx512F.Shuffle4x128(a, b, 0b10_00_10_00);
        Vector512<float> ab1 = Avx512F.Shuffle4x128(a, b, 0b11_01_11_01);
        Vector512<float> cd0 = Avx512F.Shuffle4x128(c, d, 0b10_00_10_00);
        Vector512<float> cd1 = Avx512F.Shuffle4x128(c, d, 0b11_01_11_01);
        l0 = Avx512F.Shuffle4x128(ab0, cd0, 0b10_00_10_00);
        l2 = Avx512F.Shuffle4x128(ab0, cd0, 0b11_01_11_01);
        l1 = Avx512F.Shuffle4x128(ab1, cd1, 0b10_00_10_00);
        l3 = Avx512F.Shuffle4x128(ab1, cd1, 0b11_01_11_01);
    }
}
