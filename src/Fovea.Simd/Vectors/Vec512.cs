using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Simd.Vectors;

/// <summary>A register of 512 bits.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly unsafe struct Vec512<T> : IVector<Vec512<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The register itself, for the few kernels that need an instruction the trait does not name.</summary>
    public readonly Vector512<T> Value;

    /// <summary>Wraps a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec512(Vector512<T> value) => Value = value;

    /// <inheritdoc/>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<T>.Count;
    }

    /// <inheritdoc/>
    public static Vec512<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<T>.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Broadcast(T value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> FirstLanes(int count) => typeof(T) == typeof(float)
        ? new(Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).As<int, T>())
        : new(Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count)).As<long, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Load(T* from) => new(Vector512.Load(from));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> LoadPartial(T* from, int count)
    {
        if (count >= Width)
        {
            return Load(from);
        }

        if (Avx512F.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? new(Avx512F.MaskLoad((float*)from, FirstLanes(count).Value.AsSingle(), Vector512<float>.Zero).As<float, T>())
                : new(Avx512F.MaskLoad((double*)from, FirstLanes(count).Value.AsDouble(), Vector512<double>.Zero).As<double, T>());
        }

        Vector512<T> value = default;
        T* staged = (T*)&value;
        for (int i = 0; i < count; i++)
        {
            staged[i] = from[i];
        }

        return new(value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* to) => Value.Store(to);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreStreaming(T* to) => Value.StoreAlignedNonTemporal(to);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* to, int count)
    {
        if (count >= Width)
        {
            Store(to);
            return;
        }

        if (Avx512F.IsSupported)
        {
            if (typeof(T) == typeof(float))
            {
                Avx512F.MaskStore((float*)to, FirstLanes(count).Value.AsSingle(), Value.AsSingle());
            }
            else
            {
                Avx512F.MaskStore((double*)to, FirstLanes(count).Value.AsDouble(), Value.AsDouble());
            }

            return;
        }

        Vector512<T> value = Value;
        T* staged = (T*)&value;
        for (int i = 0; i < count; i++)
        {
            to[i] = staged[i];
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator +(Vec512<T> a, Vec512<T> b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator -(Vec512<T> a, Vec512<T> b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator *(Vec512<T> a, Vec512<T> b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator /(Vec512<T> a, Vec512<T> b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator -(Vec512<T> a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator &(Vec512<T> a, Vec512<T> b) => new(a.Value & b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator |(Vec512<T> a, Vec512<T> b) => new(a.Value | b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator ^(Vec512<T> a, Vec512<T> b) => new(a.Value ^ b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> MultiplyAdd(Vec512<T> a, Vec512<T> b, Vec512<T> c)
    {
        if (typeof(T) == typeof(float))
        {
            return new(Vector512.MultiplyAddEstimate(a.Value.AsSingle(), b.Value.AsSingle(), c.Value.AsSingle()).As<float, T>());
        }

        return new(Vector512.MultiplyAddEstimate(a.Value.AsDouble(), b.Value.AsDouble(), c.Value.AsDouble()).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Max(Vec512<T> a, Vec512<T> b)
    {
        // Each order keeps the NaN of its second operand. Numbers come out twice the same, and a NaN with any bits added is still one.
        return new(Vector512.MaxNative(a.Value, b.Value) | Vector512.MaxNative(b.Value, a.Value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Min(Vec512<T> a, Vec512<T> b)
    {
        // Each order keeps the NaN of its second operand. Numbers come out twice the same, and a NaN with any bits added is still one.
        return new(Vector512.MinNative(a.Value, b.Value) | Vector512.MinNative(b.Value, a.Value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> MaxFast(Vec512<T> a, Vec512<T> b) => new(Vector512.MaxNative(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> MinFast(Vec512<T> a, Vec512<T> b) => new(Vector512.MinNative(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Abs(Vec512<T> a) => new(Vector512.Abs(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Sqrt(Vec512<T> a) => new(Vector512.Sqrt(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Round(Vec512<T> a) => typeof(T) == typeof(float)
        ? new(Vector512.Round(a.Value.AsSingle()).As<float, T>())
        : new(Vector512.Round(a.Value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> GreaterThan(Vec512<T> a, Vec512<T> b) => new(Vector512.GreaterThan(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> GreaterThanOrEqual(Vec512<T> a, Vec512<T> b) => new(Vector512.GreaterThanOrEqual(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Equal(Vec512<T> a, Vec512<T> b) => new(Vector512.Equals(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Select(Vec512<T> mask, Vec512<T> whenSet, Vec512<T> otherwise) =>
        new(Vector512.ConditionalSelect(mask.Value, whenSet.Value, otherwise.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> PowerOfTwo(Vec512<T> n)
    {
        // The exponent field of a normal number holds n plus a bias. Adding the bias and a large power of two leaves
        // exactly that whole number in the low bits of the mantissa, so no conversion instruction is needed.
        if (typeof(T) == typeof(float))
        {
            Vector512<float> shifted = n.Value.AsSingle() + Vector512.Create(8388608f + 127f);
            return new((shifted.AsInt32() << 23).As<int, T>());
        }

        Vector512<double> wide = n.Value.AsDouble() + Vector512.Create(4503599627370496.0 + 1023.0);
        return new((wide.AsInt64() << 52).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Scale(Vec512<T> a, Vec512<T> n)
    {
        if (Avx512F.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? new(Avx512F.Scale(a.Value.AsSingle(), n.Value.AsSingle()).As<float, T>())
                : new(Avx512F.Scale(a.Value.AsDouble(), n.Value.AsDouble()).As<double, T>());
        }

        // Two halves, because 2^n itself may be subnormal or infinite where a * 2^n is not. The first product is exact.
        Vec512<T> half = Round(n * Broadcast(T.CreateTruncating(0.5)));
        return a * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Exponent(Vec512<T> a)
    {
        // PowerOfTwo backwards: the exponent field goes into the low mantissa bits of a large power of two.
        if (typeof(T) == typeof(float))
        {
            Vector512<int> field = Vector512.ShiftRightLogical(a.Value.AsInt32(), 23) | Vector512.Create(8388608f).AsInt32();
            return new((field.AsSingle() - Vector512.Create(8388608f + 127f)).As<float, T>());
        }

        Vector512<long> wide = Vector512.ShiftRightLogical(a.Value.AsInt64(), 52) | Vector512.Create(4503599627370496.0).AsInt64();
        return new((wide.AsDouble() - Vector512.Create(4503599627370496.0 + 1023.0)).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Even(Vec512<T> a, Vec512<T> b)
    {
        if (typeof(T) == typeof(float) && Avx512F.IsSupported)
        {
            Vector512<int> lanes = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            return new(Avx512F.PermuteVar16x32x2(a.Value.AsSingle(), lanes, b.Value.AsSingle()).As<float, T>());
        }

        if (typeof(T) == typeof(double) && Avx512F.IsSupported)
        {
            Vector512<long> lanes = Vector512.Create(0L, 2L, 4L, 6L, 8L, 10L, 12L, 14L);
            return new(Avx512F.PermuteVar8x64x2(a.Value.AsDouble(), lanes, b.Value.AsDouble()).As<double, T>());
        }

        return new(Vector512.Create(
            Vec256<T>.Even(new(a.Value.GetLower()), new(a.Value.GetUpper())).Value,
            Vec256<T>.Even(new(b.Value.GetLower()), new(b.Value.GetUpper())).Value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Odd(Vec512<T> a, Vec512<T> b)
    {
        if (typeof(T) == typeof(float) && Avx512F.IsSupported)
        {
            Vector512<int> lanes = Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
            return new(Avx512F.PermuteVar16x32x2(a.Value.AsSingle(), lanes, b.Value.AsSingle()).As<float, T>());
        }

        if (typeof(T) == typeof(double) && Avx512F.IsSupported)
        {
            Vector512<long> lanes = Vector512.Create(1L, 3L, 5L, 7L, 9L, 11L, 13L, 15L);
            return new(Avx512F.PermuteVar8x64x2(a.Value.AsDouble(), lanes, b.Value.AsDouble()).As<double, T>());
        }

        return new(Vector512.Create(
            Vec256<T>.Odd(new(a.Value.GetLower()), new(a.Value.GetUpper())).Value,
            Vec256<T>.Odd(new(b.Value.GetLower()), new(b.Value.GetUpper())).Value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreIntegers(int* to, int count)
    {
        if (typeof(T) == typeof(float))
        {
            new Vec512<T>(Vector512.ConvertToInt32Native(Value.AsSingle()).As<int, T>()).StorePartial((T*)to, count);
            return;
        }

        Vector512<T> value = Value;
        T* staged = (T*)&value;
        for (int i = 0; i < count; i++)
        {
            to[i] = int.CreateTruncating(staged[i]);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vec512<T> a) => Vec256<T>.Sum(new(a.Value.GetLower() + a.Value.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxAcross(Vec512<T> a) => Vec256<T>.MaxAcross(new(Vector256.Max(a.Value.GetLower(), a.Value.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint SetLanes(Vec512<T> mask) => (uint)Vector512.ExtractMostSignificantBits(mask.Value);
}
