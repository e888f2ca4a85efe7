using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fovea.Simd.Vectors;

/// <summary>A register of one number: the body that runs where the machine (or a switch) offers no vectors.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly unsafe struct VecScalar<T> : IVector<VecScalar<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number itself.</summary>
    public readonly T Value;

    /// <summary>Wraps a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VecScalar(T value) => Value = value;

    /// <inheritdoc/>
    public static int Width => 1;

    /// <inheritdoc/>
    public static VecScalar<T> Zero => new(T.Zero);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Broadcast(T value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> FirstLanes(int count) => Mask(count > 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Load(T* from) => new(*from);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> LoadPartial(T* from, int count) => count > 0 ? new(*from) : default;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* to) => *to = Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreStreaming(T* to) => *to = Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* to, int count)
    {
        if (count > 0)
        {
            *to = Value;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> operator +(VecScalar<T> a, VecScalar<T> b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> operator -(VecScalar<T> a, VecScalar<T> b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> operator *(VecScalar<T> a, VecScalar<T> b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> operator /(VecScalar<T> a, VecScalar<T> b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> operator -(VecScalar<T> a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> operator &(VecScalar<T> a, VecScalar<T> b) => FromBits(ToBits(a.Value) & ToBits(b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> operator |(VecScalar<T> a, VecScalar<T> b) => FromBits(ToBits(a.Value) | ToBits(b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> operator ^(VecScalar<T> a, VecScalar<T> b) => FromBits(ToBits(a.Value) ^ ToBits(b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> MultiplyAdd(VecScalar<T> a, VecScalar<T> b, VecScalar<T> c) =>
        new(T.MultiplyAddEstimate(a.Value, b.Value, c.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Max(VecScalar<T> a, VecScalar<T> b) => new(T.Max(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Min(VecScalar<T> a, VecScalar<T> b) => new(T.Min(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> MaxFast(VecScalar<T> a, VecScalar<T> b) => a.Value > b.Value ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> MinFast(VecScalar<T> a, VecScalar<T> b) => a.Value < b.Value ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Abs(VecScalar<T> a) => new(T.Abs(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Sqrt(VecScalar<T> a) => new(T.Sqrt(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Round(VecScalar<T> a) => new(T.Round(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> GreaterThan(VecScalar<T> a, VecScalar<T> b) => Mask(a.Value > b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> GreaterThanOrEqual(VecScalar<T> a, VecScalar<T> b) => Mask(a.Value >= b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Equal(VecScalar<T> a, VecScalar<T> b) => Mask(a.Value == b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Select(VecScalar<T> mask, VecScalar<T> whenSet, VecScalar<T> otherwise) =>
        ToBits(mask.Value) != 0 ? whenSet : otherwise;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> PowerOfTwo(VecScalar<T> n) => typeof(T) == typeof(float)
        ? FromBits((long)(int.CreateTruncating(n.Value) + 127) << 23)
        : FromBits((long.CreateTruncating(n.Value) + 1023) << 52);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Scale(VecScalar<T> a, VecScalar<T> n)
    {
        VecScalar<T> half = Round(n * Broadcast(T.CreateTruncating(0.5)));
        return a * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Exponent(VecScalar<T> a) => typeof(T) == typeof(float)
        ? new(T.CreateTruncating((ToBits(a.Value) >> 23) - 127))
        : new(T.CreateTruncating((ToBits(a.Value) >> 52) - 1023));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Even(VecScalar<T> a, VecScalar<T> b) => a;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static VecScalar<T> Odd(VecScalar<T> a, VecScalar<T> b) => b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreIntegers(int* to, int count)
    {
        if (count > 0)
        {
            *to = int.CreateTruncating(Value);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(VecScalar<T> a) => a.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxAcross(VecScalar<T> a) => a.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint SetLanes(VecScalar<T> mask) => ToBits(mask.Value) < 0 ? 1u : 0u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecScalar<T> Mask(bool set) => FromBits(set ? -1L : 0L);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long ToBits(T value) => typeof(T) == typeof(float)
        ? BitConverter.SingleToInt32Bits((float)(object)value)
        : BitConverter.DoubleToInt64Bits((double)(object)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VecScalar<T> FromBits(long bits) => typeof(T) == typeof(float)
        ? new((T)(object)BitConverter.Int32BitsToSingle((int)bits))
        : new((T)(object)BitConverter.Int64BitsToDouble(bits));
}
