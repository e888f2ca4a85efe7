// What tells whether the registers of a width are read and written by masks.
global using Masks128 = System.Runtime.Intrinsics.X86.Avx;
global using Masks256 = System.Runtime.Intrinsics.X86.Avx2;
global using Masks512 = System.Runtime.Intrinsics.X86.Avx512F;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Simd.Vectors;

// What differs by width; the rest is Vec256.cs.
public readonly unsafe partial struct Vec128<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vec128<T> LoadMasked(T* from, Vec128<T> mask) => typeof(T) == typeof(float)
        ? new(Avx.MaskLoad((float*)from, mask.Value.AsSingle()).As<float, T>())
        : new(Avx.MaskLoad((double*)from, mask.Value.AsDouble()).As<double, T>());

    // In pieces of falling size, as for all registers below 512 bits: a store by mask is one instruction there too, but a slow one on AMD.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void StoreFirst(T* to, int count)
    {
        T rest = Value.GetElement(0);
        if (typeof(T) == typeof(float) && count >= 2)
        {
            *(double*)to = Value.AsDouble().GetElement(0);
            rest = Value.GetElement(2);
            to += 2;
            count -= 2;
        }

        if (count > 0)
        {
            *to = rest;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Scale(Vec128<T> a, Vec128<T> n) => ScaleInHalves(a, n);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Even(Vec128<T> a, Vec128<T> b)
    {
        if (typeof(T) == typeof(double))
        {
            return new(Vector128.Create(a.Value.AsDouble().GetElement(0), b.Value.AsDouble().GetElement(0)).As<double, T>());
        }

        Vector128<float> x = a.Value.AsSingle(), y = b.Value.AsSingle();
        return new((Sse.IsSupported
            ? Sse.Shuffle(x, y, 0x88)
            : Vector128.Create(x.GetElement(0), x.GetElement(2), y.GetElement(0), y.GetElement(2))).As<float, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Odd(Vec128<T> a, Vec128<T> b)
    {
        if (typeof(T) == typeof(double))
        {
            return new(Vector128.Create(a.Value.AsDouble().GetElement(1), b.Value.AsDouble().GetElement(1)).As<double, T>());
        }

        Vector128<float> x = a.Value.AsSingle(), y = b.Value.AsSingle();
        return new((Sse.IsSupported
            ? Sse.Shuffle(x, y, 0xDD)
            : Vector128.Create(x.GetElement(1), x.GetElement(3), y.GetElement(1), y.GetElement(3))).As<float, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vec128<T> a) => typeof(T) == typeof(float)
        ? (a.Value.GetElement(0) + a.Value.GetElement(2)) + (a.Value.GetElement(1) + a.Value.GetElement(3))
        : a.Value.GetElement(0) + a.Value.GetElement(1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxAcross(Vec128<T> a) => typeof(T) == typeof(float)
        ? T.Max(T.Max(a.Value.GetElement(0), a.Value.GetElement(2)), T.Max(a.Value.GetElement(1), a.Value.GetElement(3)))
        : T.Max(a.Value.GetElement(0), a.Value.GetElement(1));
}

// The same of 256 bits.
public readonly unsafe partial struct Vec256<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vec256<T> LoadMasked(T* from, Vec256<T> mask) => typeof(T) == typeof(float)
        ? new(Avx.MaskLoad((float*)from, mask.Value.AsSingle()).As<float, T>())
        : new(Avx.MaskLoad((double*)from, mask.Value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void StoreFirst(T* to, int count)
    {
        Vector128<T> rest = Value.GetLower();
        if (count >= Vector128<T>.Count)
        {
            rest.Store(to);
            rest = Value.GetUpper();
            to += Vector128<T>.Count;
            count -= Vector128<T>.Count;
        }

        new Vec128<T>(rest).StoreFirst(to, count);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Scale(Vec256<T> a, Vec256<T> n) => ScaleInHalves(a, n);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Even(Vec256<T> a, Vec256<T> b)
    {
        if (!Avx2.IsSupported)
        {
            return new(Vector256.Create(
                Vec128<T>.Even(new(a.Value.GetLower()), new(a.Value.GetUpper())).Value,
                Vec128<T>.Even(new(b.Value.GetLower()), new(b.Value.GetUpper())).Value));
        }

        Vector256<double> mixed = typeof(T) == typeof(float)
            ? Avx.Shuffle(a.Value.AsSingle(), b.Value.AsSingle(), 0x88).AsDouble()
            : Avx.UnpackLow(a.Value.AsDouble(), b.Value.AsDouble());
        return new(Avx2.Permute4x64(mixed, 0xD8).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Odd(Vec256<T> a, Vec256<T> b)
    {
        if (!Avx2.IsSupported)
        {
            return new(Vector256.Create(
                Vec128<T>.Odd(new(a.Value.GetLower()), new(a.Value.GetUpper())).Value,
                Vec128<T>.Odd(new(b.Value.GetLower()), new(b.Value.GetUpper())).Value));
        }

        Vector256<double> mixed = typeof(T) == typeof(float)
            ? Avx.Shuffle(a.Value.AsSingle(), b.Value.AsSingle(), 0xDD).AsDouble()
            : Avx.UnpackHigh(a.Value.AsDouble(), b.Value.AsDouble());
        return new(Avx2.Permute4x64(mixed, 0xD8).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vec256<T> a) => Vec128<T>.Sum(new(a.Value.GetLower() + a.Value.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxAcross(Vec256<T> a) => Vec128<T>.MaxAcross(new(Vector128.Max(a.Value.GetLower(), a.Value.GetUpper())));
}

// The same of 512 bits.
public readonly unsafe partial struct Vec512<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vec512<T> LoadMasked(T* from, Vec512<T> mask) => typeof(T) == typeof(float)
        ? new(Avx512F.MaskLoad((float*)from, mask.Value.AsSingle(), Vector512<float>.Zero).As<float, T>())
        : new(Avx512F.MaskLoad((double*)from, mask.Value.AsDouble(), Vector512<double>.Zero).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void StoreFirst(T* to, int count)
    {
        if (!Avx512F.IsSupported)
        {
            Vector256<T> rest = Value.GetLower();
            if (count >= Vector256<T>.Count)
            {
                rest.Store(to);
                rest = Value.GetUpper();
                to += Vector256<T>.Count;
                count -= Vector256<T>.Count;
            }

            new Vec256<T>(rest).StoreFirst(to, count);
        }
        else if (typeof(T) == typeof(float))
        {
            Avx512F.MaskStore((float*)to, FirstLanes(count).Value.AsSingle(), Value.AsSingle());
        }
        else
        {
            Avx512F.MaskStore((double*)to, FirstLanes(count).Value.AsDouble(), Value.AsDouble());
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Scale(Vec512<T> a, Vec512<T> n) =>
        !Avx512F.IsSupported ? ScaleInHalves(a, n)
        : typeof(T) == typeof(float) ? new(Avx512F.Scale(a.Value.AsSingle(), n.Value.AsSingle()).As<float, T>())
        : new(Avx512F.Scale(a.Value.AsDouble(), n.Value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Even(Vec512<T> a, Vec512<T> b) =>
        !Avx512F.IsSupported ? new(Vector512.Create(
            Vec256<T>.Even(new(a.Value.GetLower()), new(a.Value.GetUpper())).Value,
            Vec256<T>.Even(new(b.Value.GetLower()), new(b.Value.GetUpper())).Value))
        : typeof(T) == typeof(float) ? new(Avx512F.PermuteVar16x32x2(
            a.Value.AsSingle(), Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b.Value.AsSingle()).As<float, T>())
        : new(Avx512F.PermuteVar8x64x2(
            a.Value.AsDouble(), Vector512.Create(0L, 2L, 4L, 6L, 8L, 10L, 12L, 14L), b.Value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Odd(Vec512<T> a, Vec512<T> b) =>
        !Avx512F.IsSupported ? new(Vector512.Create(
            Vec256<T>.Odd(new(a.Value.GetLower()), new(a.Value.GetUpper())).Value,
            Vec256<T>.Odd(new(b.Value.GetLower()), new(b.Value.GetUpper())).Value))
        : typeof(T) == typeof(float) ? new(Avx512F.PermuteVar16x32x2(
            a.Value.AsSingle(), Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), b.Value.AsSingle()).As<float, T>())
        : new(Avx512F.PermuteVar8x64x2(
            a.Value.AsDouble(), Vector512.Create(1L, 3L, 5L, 7L, 9L, 11L, 13L, 15L), b.Value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vec512<T> a) => Vec256<T>.Sum(new(a.Value.GetLower() + a.Value.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxAcross(Vec512<T> a) => Vec256<T>.MaxAcross(new(Vector256.Max(a.Value.GetLower(), a.Value.GetUpper())));
}
