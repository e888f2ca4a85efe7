using System.Runtime.CompilerServices;
using Fovea.Simd.Sweeps;

namespace Fovea.Simd.Gates;

/// <summary>Across the channels: <c>Σ_c w_c·x</c> a position, the weights the same for all images.</summary>
internal readonly struct WeighedByChannel : IReadsX, IReadsW, ISumsPositions
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
    {
        s.Position = V.MultiplyAdd(o.X, o.W, s.Position);
        return o.X;
    }
}

/// <summary>Across the channels: <c>Σ_c a_c·x</c> a position, each image with weights of its own.</summary>
internal readonly struct WeighedByPlane : IReadsX, IReadsA, ISumsPositions
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
    {
        s.Position = V.MultiplyAdd(o.X, o.A, s.Position);
        return o.X;
    }
}

/// <summary>Across the channels: <c>Σ_c w_c·x</c> a position, and <c>Σ_i x</c> a channel.</summary>
internal readonly struct WeighedAndSummed : IReadsX, IReadsW, ISumsPositions, ISumsPlanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
    {
        s.Position = V.MultiplyAdd(o.X, o.W, s.Position);
        s.Plane += o.X;
        return o.X;
    }
}

/// <summary>Across the channels: <c>Σ_c x·g</c> a position, and <c>Σ_i x·g</c> a channel.</summary>
internal readonly struct SummedProducts : IReadsX, IReadsG, ISumsPositions, ISumsPlanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
    {
        V product = o.X * o.G;
        s.Position += product;
        s.Plane += product;
        return product;
    }
}

/// <summary>Along the positions: <c>Σ_i p_i·x</c> a channel.</summary>
internal readonly struct WeighedByPosition : IReadsX, IReadsP, ISumsPlanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
    {
        s.Plane = V.MultiplyAdd(o.P, o.X, s.Plane);
        return o.X;
    }
}
