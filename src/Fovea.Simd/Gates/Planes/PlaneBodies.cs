using System.Runtime.CompilerServices;
using Fovea.Simd.Functions;
using Fovea.Simd.Sweeps;

namespace Fovea.Simd.Gates;

/// <summary><c>Σ x</c>.</summary>
internal readonly struct PlaneSum : IReadsX, ISumsPlanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
    {
        s.Plane += o.X;
        return o.X;
    }
}

/// <summary><c>Σ x·g</c>.</summary>
internal readonly struct PlaneDot : IReadsX, IReadsG, ISumsPlanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
    {
        s.Plane = V.MultiplyAdd(o.X, o.G, s.Plane);
        return o.X;
    }
}

/// <summary><c>Σ (x − a)²</c>.</summary>
internal readonly struct PlaneSquares : IReadsX, IReadsA, ISumsPlanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
    {
        V d = o.X - o.A;
        s.Plane = V.MultiplyAdd(d, d, s.Plane);
        return d;
    }
}

/// <summary><c>Σ x</c> and <c>max x</c>.</summary>
internal readonly struct PlaneSumTop : IReadsX, ISumsPlanes, ISumsPlaneTops
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
    {
        s.Plane += o.X;
        s.PlaneTop = V.MaxFast(s.PlaneTop, o.X);
        return o.X;
    }
}

/// <summary><c>x·a + b</c>.</summary>
internal readonly struct MapAffine : IReadsX, IReadsA, IReadsB, IShortStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => V.MultiplyAdd(o.X, o.A, o.B);
}

/// <summary><c>x·a + g</c>.</summary>
internal readonly struct MapAddScaled : IReadsX, IReadsG, IReadsA
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => V.MultiplyAdd(o.X, o.A, o.G);
}

/// <summary><c>x·g + p</c>.</summary>
internal readonly struct MapAddProduct : IReadsX, IReadsG, IReadsP
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => V.MultiplyAdd(o.X, o.G, o.P);
}

/// <summary><c>x·g</c>.</summary>
internal readonly struct MapProduct : IReadsX, IReadsG
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => o.X * o.G;
}

/// <summary><c>σ(x·a + b)</c>.</summary>
internal readonly struct AffineSigmoid : IReadsX, IReadsA, IReadsB
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => Sigmoid.Of<V, T>(V.MultiplyAdd(o.X, o.A, o.B));
}

/// <summary><c>x · g · (1 − g)</c>: the gradient before the gate's sigmoid.</summary>
internal readonly struct LogitGradient : IReadsX, IReadsG
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => default(SigmoidBackward).Apply<V, T>(o.G, o.X);
}
