using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Sweeps;

/// <summary>What follows a gate in a residual block and is done in the same sweep: <c>y = relu(gated + residual)</c>. The default does nothing.</summary>
/// <param name="residual">What is added, of the result's shape; or empty.</param>
/// <param name="relu">Whether what is below zero becomes zero. NaN stays NaN.</param>
public readonly ref struct Epilogue<T>(ReadOnlySpan<T> residual, bool relu)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What is added, or empty.</summary>
    public ReadOnlySpan<T> Residual { get; } = residual;

    /// <summary>Whether the sum is rectified.</summary>
    public bool Relu { get; } = relu;

    /// <summary>The epilogue of a part of the result.</summary>
    /// <param name="numbers">Which part.</param>
    public Epilogue<T> Of(Range numbers) => new(Residual.IsEmpty ? default : Residual[numbers], Relu);
}

/// <summary>An epilogue at one vector.</summary>
internal unsafe interface IEpilogue
{
    static abstract V Apply<TTail, V, T>(V value, V floor, T* residual, int count)
        where TTail : struct, ITail
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>The value itself.</summary>
internal readonly unsafe struct NoEpilogue : IEpilogue
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IEpilogue.Apply<TTail, V, T>(V value, V floor, T* residual, int count) => value;
}

/// <summary>The value, at least the floor.</summary>
internal readonly unsafe struct Rectified : IEpilogue
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IEpilogue.Apply<TTail, V, T>(V value, V floor, T* residual, int count) => V.MaxFast(floor, value);
}

/// <summary>The value and the residual, at least the floor, which is −∞ where nothing is rectified.</summary>
internal readonly unsafe struct WithResidual : IEpilogue
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IEpilogue.Apply<TTail, V, T>(V value, V floor, T* residual, int count) => V.MaxFast(floor, value + TTail.Load<V, T>(residual, count));
}
