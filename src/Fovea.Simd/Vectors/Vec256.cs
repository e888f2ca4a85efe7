using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fovea.Simd.Vectors;

// What all widths have in common. The build makes Vec128 and Vec512 of this file by writing their number in place of this one
// (Fovea.Simd.csproj); what differs stands in VecWidths.cs.
/// <summary>A register of 256 bits.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly unsafe partial struct Vec256<T> : IVector<Vec256<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The register itself, for the few kernels that need an instruction the trait does not name.</summary>
    public readonly Vector256<T> Value;

    /// <summary>Wraps a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vec256(Vector256<T> value) => Value = value;

    /// <inheritdoc/>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<T>.Count;
    }

    /// <inheritdoc/>
    public static Vec256<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<T>.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Broadcast(T value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> FirstLanes(int count) => typeof(T) == typeof(float)
        ? new(Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).As<int, T>())
        : new(Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)).As<long, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Load(T* from) => new(Vector256.Load(from));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> LoadPartial(T* from, int count)
    {
        if (count >= Width)
        {
            return Load(from);
        }

        if (Masks256.IsSupported)
        {
            return LoadMasked(from, FirstLanes(count));
        }

        Vector256<T> value = default;
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

        StoreFirst(to, count);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator +(Vec256<T> a, Vec256<T> b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator -(Vec256<T> a, Vec256<T> b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator *(Vec256<T> a, Vec256<T> b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator /(Vec256<T> a, Vec256<T> b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator -(Vec256<T> a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator &(Vec256<T> a, Vec256<T> b) => new(a.Value & b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator |(Vec256<T> a, Vec256<T> b) => new(a.Value | b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator ^(Vec256<T> a, Vec256<T> b) => new(a.Value ^ b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> MultiplyAdd(Vec256<T> a, Vec256<T> b, Vec256<T> c)
    {
        if (typeof(T) == typeof(float))
        {
            return new(Vector256.MultiplyAddEstimate(a.Value.AsSingle(), b.Value.AsSingle(), c.Value.AsSingle()).As<float, T>());
        }

        return new(Vector256.MultiplyAddEstimate(a.Value.AsDouble(), b.Value.AsDouble(), c.Value.AsDouble()).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Max(Vec256<T> a, Vec256<T> b)
    {
        // Each order keeps the NaN of its second operand. Numbers come out twice the same, and a NaN with any bits added is still one.
        return new(Vector256.MaxNative(a.Value, b.Value) | Vector256.MaxNative(b.Value, a.Value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Min(Vec256<T> a, Vec256<T> b)
    {
        // Each order keeps the NaN of its second operand. Numbers come out twice the same, and a NaN with any bits added is still one.
        return new(Vector256.MinNative(a.Value, b.Value) | Vector256.MinNative(b.Value, a.Value));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> MaxFast(Vec256<T> a, Vec256<T> b) => new(Vector256.MaxNative(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> MinFast(Vec256<T> a, Vec256<T> b) => new(Vector256.MinNative(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Abs(Vec256<T> a) => new(Vector256.Abs(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Sqrt(Vec256<T> a) => new(Vector256.Sqrt(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Round(Vec256<T> a) => typeof(T) == typeof(float)
        ? new(Vector256.Round(a.Value.AsSingle()).As<float, T>())
        : new(Vector256.Round(a.Value.AsDouble()).As<double, T>());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> GreaterThan(Vec256<T> a, Vec256<T> b) => new(Vector256.GreaterThan(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> GreaterThanOrEqual(Vec256<T> a, Vec256<T> b) => new(Vector256.GreaterThanOrEqual(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Equal(Vec256<T> a, Vec256<T> b) => new(Vector256.Equals(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Select(Vec256<T> mask, Vec256<T> whenSet, Vec256<T> otherwise) =>
        new(Vector256.ConditionalSelect(mask.Value, whenSet.Value, otherwise.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> PowerOfTwo(Vec256<T> n)
    {
        // The exponent field of a normal number holds n plus a bias. Adding the bias and a large power of two leaves
        // exactly that whole number in the low bits of the mantissa, so no conversion instruction is needed.
        if (typeof(T) == typeof(float))
        {
            Vector256<float> shifted = n.Value.AsSingle() + Vector256.Create(8388608f + 127f);
            return new((shifted.AsInt32() << 23).As<int, T>());
        }

        Vector256<double> wide = n.Value.AsDouble() + Vector256.Create(4503599627370496.0 + 1023.0);
        return new((wide.AsInt64() << 52).As<long, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Exponent(Vec256<T> a)
    {
        // PowerOfTwo backwards: the exponent field goes into the low mantissa bits of a large power of two.
        if (typeof(T) == typeof(float))
        {
            Vector256<int> field = Vector256.ShiftRightLogical(a.Value.AsInt32(), 23) | Vector256.Create(8388608f).AsInt32();
            return new((field.AsSingle() - Vector256.Create(8388608f + 127f)).As<float, T>());
        }

        Vector256<long> wide = Vector256.ShiftRightLogical(a.Value.AsInt64(), 52) | Vector256.Create(4503599627370496.0).AsInt64();
        return new((wide.AsDouble() - Vector256.Create(4503599627370496.0 + 1023.0)).As<double, T>());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreIntegers(int* to, int count)
    {
        if (typeof(T) == typeof(float))
        {
            new Vec256<T>(Vector256.ConvertToInt32Native(Value.AsSingle()).As<int, T>()).StorePartial((T*)to, count);
            return;
        }

        Vector256<T> value = Value;
        T* staged = (T*)&value;
        for (int i = 0; i < count; i++)
        {
            to[i] = int.CreateTruncating(staged[i]);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint SetLanes(Vec256<T> mask) => (uint)Vector256.ExtractMostSignificantBits(mask.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vec256<T> ScaleInHalves(Vec256<T> a, Vec256<T> n)
    {
        // Two halves, because 2^n itself may be subnormal or infinite where a * 2^n is not. The first product is exact.
        Vec256<T> half = Round(n * Broadcast(T.CreateTruncating(0.5)));
        return a * PowerOfTwo(half) * PowerOfTwo(n - half);
    }
}
