using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Functions;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Gates;

/// <summary>How a channel's number a and a position's number b make the factor of x at that channel and position.</summary>
public interface IGateForm
{
    /// <summary>The factor.</summary>
    static abstract V Factor<V, T>(V a, V b)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The factor and its derivatives by a and b.</summary>
    static abstract V Derivatives<V, T>(V a, V b, out V byA, out V byB)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary><c>a · b</c>: one gate after the other.</summary>
public readonly struct ProductGate : IGateForm
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Factor<V, T>(V a, V b)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => a * b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivatives<V, T>(V a, V b, out V byA, out V byB)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        byA = b;
        byB = a;
        return a * b;
    }
}

/// <summary><c>a + b</c>: both gates beside each other.</summary>
public readonly struct SumGate : IGateForm
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Factor<V, T>(V a, V b)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivatives<V, T>(V a, V b, out V byA, out V byB)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        byA = Lanewise.Number<V, T>(1);
        byB = byA;
        return a + b;
    }
}

/// <summary><c>1 + σ(a + b)</c>: one gate from both logits, beside the identity.</summary>
public readonly struct ResidualSumGate : IGateForm
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Factor<V, T>(V a, V b)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanewise.Number<V, T>(1) + Sigmoid.Of<V, T>(a + b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivatives<V, T>(V a, V b, out V byA, out V byB)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V one = Lanewise.Number<V, T>(1);
        V gate = Sigmoid.Of<V, T>(a + b);
        byA = gate * (one - gate);
        byB = byA;
        return one + gate;
    }
}

/// <summary><c>1 + σ(a · b)</c>.</summary>
public readonly struct ResidualProductGate : IGateForm
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Factor<V, T>(V a, V b)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Lanewise.Number<V, T>(1) + Sigmoid.Of<V, T>(a * b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivatives<V, T>(V a, V b, out V byA, out V byB)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V one = Lanewise.Number<V, T>(1);
        V gate = Sigmoid.Of<V, T>(a * b);
        V slope = gate * (one - gate);
        byA = slope * b;
        byB = slope * a;
        return one + gate;
    }
}
