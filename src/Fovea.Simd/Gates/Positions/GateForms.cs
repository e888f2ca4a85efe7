using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Functions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>How a channel's number a and a position's number b make the factor of x at that channel and position.</summary>
public interface IGateForm
{
    /// <summary>The factor.</summary>
    static abstract V Factor<V, T>(V a, V b)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The factor and its derivatives by a and b.</summary>
    static abstract V Derivatives<V, T>(V a, V b, out V byA, out V byB)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary><c>a · b</c>: one gate after the other.</summary>
public readonly struct ProductGate : IGateForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IGateForm.Factor<V, T>(V a, V b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IGateForm.Derivatives<V, T>(V a, V b, out V byA, out V byB)
    {
        byA = b;
        byB = a;
        return a * b;
    }
}

/// <summary><c>a + b</c>: both gates beside each other.</summary>
public readonly struct SumGate : IGateForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IGateForm.Factor<V, T>(V a, V b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IGateForm.Derivatives<V, T>(V a, V b, out V byA, out V byB)
    {
        byA = Lanewise.Number<V, T>(1);
        byB = byA;
        return a + b;
    }
}

/// <summary><c>1 + σ(a + b)</c>: one gate from both logits, beside the identity.</summary>
public readonly struct ResidualSumGate : IGateForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IGateForm.Factor<V, T>(V a, V b) => Lanewise.Number<V, T>(1) + Sigmoid.Of<V, T>(a + b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IGateForm.Derivatives<V, T>(V a, V b, out V byA, out V byB)
    {
        V one = Lanewise.Number<V, T>(1);
        V gate = Sigmoid.Of<V, T>(a + b);
        byA = gate * (one - gate);
        byB = byA;
        return one + gate;
    }
}

/// <summary>
/// <see cref="ResidualSumGate"/> of numbers given as <c>e^−a</c> and <c>e^−b</c>: the exponentials of a sum are taken once a channel and
/// once a position instead of at every number. For |a| and |b| of at most <see cref="Limit"/>.
/// </summary>
public readonly struct ResidualExponentialGate : IGateForm
{
    /// <summary>Up to here the product of two exponentials is far from overflow.</summary>
    public const double Limit = 40;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IGateForm.Factor<V, T>(V a, V b)
    {
        V one = Lanewise.Number<V, T>(1);
        return one + (one / V.MultiplyAdd(a, b, one));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IGateForm.Derivatives<V, T>(V a, V b, out V byA, out V byB)
    {
        V one = Lanewise.Number<V, T>(1);
        V odds = a * b;
        V gate = one / (one + odds);

        // By the logits, not by their exponentials; 1 − σ is σ times the odds, which loses no digits.
        byA = gate * gate * odds;
        byB = byA;
        return one + gate;
    }
}

/// <summary><c>1 + σ(a · b)</c>.</summary>
public readonly struct ResidualProductGate : IGateForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IGateForm.Factor<V, T>(V a, V b) => Lanewise.Number<V, T>(1) + Sigmoid.Of<V, T>(a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IGateForm.Derivatives<V, T>(V a, V b, out V byA, out V byB)
    {
        V one = Lanewise.Number<V, T>(1);
        V gate = Sigmoid.Of<V, T>(a * b);
        V slope = gate * (one - gate);
        byA = slope * b;
        byB = slope * a;
        return one + gate;
    }
}
