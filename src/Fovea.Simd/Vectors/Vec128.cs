using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fovea.Simd.Vectors;

/// <summary>A register of 128 bits.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly unsafe struct Vec128<T> : IVector<Vec128<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The register itself, for the few kernels that need an instruction the trait does not name.</summary>
    public readonly Vector128<T> Value;

    /// <summary>Wraps a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec128(Vector128<T> value) => Value = value;

    /// <inheritdoc/>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<T>.Count;
    }

    /// <inheritdoc/>
    public static Vec128<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<T>.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Broadcast(T value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> FirstLanes(int count) => typeof(T) == typeof(float)
        ? new(Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).As<int, T>())
        : new(Vector128.LessThan(Vector128<long>.Indices, Vector128.Create((long)count)).As<long, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Load(T* from) => new(Vector128.Load(from));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> LoadPartial(T* from, int count)
    {
        if (count >= Width)
        {
            return Load(from);
        }

        if (Avx.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? new(Avx.MaskLoad((float*)from, FirstLanes(count).Value.AsSingle()).As<float, T>())
                : new(Avx.MaskLoad((double*)from, FirstLanes(count).Value.AsDouble()).As<double, T>());
        }

        Vector128<T> value = default;
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

        if (Avx.IsSupported)
        {
            if (typeof(T) == typeof(float))
            {
                Avx.MaskStore((float*)to, FirstLanes(count).Value.AsSingle(), Value.AsSingle());
            }
            else
            {
                Avx.MaskStore((double*)to, FirstLanes(count).Value.AsDouble(), Value.AsDouble());
            }

            return;
        }

        Vector128<T> value = Value;
        T* staged = (T*)&value;
        for (int i = 0; i < count; i++)
        {
            to[i] = staged[i];
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator +(Vec128<T> a, Vec128<T> b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator -(Vec128<T> a, Vec128<T> b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator *(Vec128<T> a, Vec128<T> b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator /(Vec128<T> a, Vec128<T> b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator -(Vec128<T> a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator &(Vec128<T> a, Vec128<T> b) => new(a.Value & b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator |(Vec128<T> a, Vec128<T> b) => new(a.Value | b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator ^(Vec128<T> a, Vec128<T> b) => new(a.Value ^ b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> MultiplyAdd(Vec128<T> a, Vec128<T> b, Vec128<T> c)
    {
        if (typeof(T) == typeof(float))
        {
            return new(Vector128.MultiplyAddEstimate(a.Value.AsSingle(), b.Value.AsSingle(), c.Value.AsSingle()).As<float, T>());
        }

        return new(Vector128.MultiplyAddEstimate(a.Value.AsDouble(), b.Value.AsDouble(), c.Value.AsDouble()).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Max(Vec128<T> a, Vec128<T> b)
    {
        // Each order keeps the NaN of its second operand. Numbers come out twice the same, and a NaN with any bits added is still one.
        return new(Vector128.MaxNative(a.Value, b.Value) | Vector128.MaxNative(b.Value, a.Value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Min(Vec128<T> a, Vec128<T> b)
    {
        // Each order keeps the NaN of its second operand. Numbers come out twice the same, and a NaN with any bits added is still one.
        return new(Vector128.MinNative(a.Value, b.Value) | Vector128.MinNative(b.Value, a.Value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> MaxFast(Vec128<T> a, Vec128<T> b) => new(Vector128.MaxNative(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> MinFast(Vec128<T> a, Vec128<T> b) => new(Vector128.MinNative(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Abs(Vec128<T> a) => new(Vector128.Abs(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Sqrt(Vec128<T> a) => new(Vector128.Sqrt(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Round(Vec128<T> a) => typeof(T) == typeof(float)
        ? new(Vector128.Round(a.Value.AsSingle()).As<float, T>())
        : new(Vector128.Round(a.Value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> GreaterThan(Vec128<T> a, Vec128<T> b) => new(Vector128.GreaterThan(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> GreaterThanOrEqual(Vec128<T> a, Vec128<T> b) => new(Vector128.GreaterThanOrEqual(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Equal(Vec128<T> a, Vec128<T> b) => new(Vector128.Equals(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Select(Vec128<T> mask, Vec128<T> whenSet, Vec128<T> otherwise) =>
        new(Vector128.ConditionalSelect(mask.Value, whenSet.Value, otherwise.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> PowerOfTwo(Vec128<T> n)
    {
        // The exponent field of a normal number holds n plus a bias. Adding the bias and a large power of two leaves
        // exactly that whole number in the low bits of the mantissa, so no conversion instruction is needed.
        if (typeof(T) == typeof(float))
        {
            Vector128<float> shifted = n.Value.AsSingle() + Vector128.Create(8388608f + 127f);
            return new((shifted.AsInt32() << 23).As<int, T>());
        }

        Vector128<double> wide = n.Value.AsDouble() + Vector128.Create(4503599627370496.0 + 1023.0);
        return new((wide.AsInt64() << 52).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Scale(Vec128<T> a, Vec128<T> n)
    {
        // Two halves, because 2^n itself may be subnormal or infinite where a * 2^n is not. The first product is exact.
        Vec128<T> half = Round(n * Broadcast(T.CreateTruncating(0.5)));
        return a * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Exponent(Vec128<T> a)
    {
        // PowerOfTwo backwards: the exponent field goes into the low mantissa bits of a large power of two.
        if (typeof(T) == typeof(float))
        {
            Vector128<int> field = Vector128.ShiftRightLogical(a.Value.AsInt32(), 23) | Vector128.Create(8388608f).AsInt32();
            return new((field.AsSingle() - Vector128.Create(8388608f + 127f)).As<float, T>());
        }

        Vector128<long> wide = Vector128.ShiftRightLogical(a.Value.AsInt64(), 52) | Vector128.Create(4503599627370496.0).AsInt64();
        return new((wide.AsDouble() - Vector128.Create(4503599627370496.0 + 1023.0)).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Even(Vec128<T> a, Vec128<T> b)
    {
        if (typeof(T) == typeof(float))
        {
            if (Sse.IsSupported)
            {
                return new(Sse.Shuffle(a.Value.AsSingle(), b.Value.AsSingle(), 0x88).As<float, T>());
            }

            Vector128<float> x = a.Value.AsSingle(), y = b.Value.AsSingle();
            return new(Vector128.Create(x.GetElement(0), x.GetElement(2), y.GetElement(0), y.GetElement(2)).As<float, T>());
        }

        return new(Vector128.Create(a.Value.AsDouble().GetElement(0), b.Value.AsDouble().GetElement(0)).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Odd(Vec128<T> a, Vec128<T> b)
    {
        if (typeof(T) == typeof(float))
        {
            if (Sse.IsSupported)
            {
                return new(Sse.Shuffle(a.Value.AsSingle(), b.Value.AsSingle(), 0xDD).As<float, T>());
            }

            Vector128<float> x = a.Value.AsSingle(), y = b.Value.AsSingle();
            return new(Vector128.Create(x.GetElement(1), x.GetElement(3), y.GetElement(1), y.GetElement(3)).As<float, T>());
        }

        return new(Vector128.Create(a.Value.AsDouble().GetElement(1), b.Value.AsDouble().GetElement(1)).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreIntegers(int* to, int count)
    {
        if (typeof(T) == typeof(float))
        {
            new Vec128<T>(Vector128.ConvertToInt32Native(Value.AsSingle()).As<int, T>()).StorePartial((T*)to, count);
            return;
        }

        Vector128<T> value = Value;
        T* staged = (T*)&value;
        for (int i = 0; i < count; i++)
        {
            to[i] = int.CreateTruncating(staged[i]);
        }
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

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint SetLanes(Vec128<T> mask) => Vector128.ExtractMostSignificantBits(mask.Value);
}
