using System.Numerics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Sweeps;

/// <summary>
/// What a sweep does at one vector: a few multiply-adds, without any loop, address or thread. A body is a struct without data; that it reads
/// an operand, or sums to some axes, it says by the interfaces that it lists (<see cref="IReadsX"/>, <see cref="ISumsPlanes"/>, …).
/// </summary>
/// <remarks>
/// The JIT inlines the step into a loop of its own. <c>default(TBody) is IReadsX</c> is a constant to it from the start, so that what a body
/// does not name is not even looked at; a static property would only be known after inlining, and the JIT inlines only so much in a method.
/// </remarks>
internal interface ISweepBody
{
    /// <summary>The result's vector. Lanes past a row's end read as 0, are never written, and never count in a sum.</summary>
    /// <param name="o">The operands.</param>
    /// <param name="s">The sums so far.</param>
    static abstract V Step<V, T>(in Operands<V> o, ref Sums<V> s)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>A vector of every operand at one place. What the body does not read holds nothing.</summary>
internal struct Operands<V>
{
    public V X, G, A, B, C, W, P, Q, R, S, Row, Column, Index;
}

/// <summary>A vector of every sum so far: the body adds its part with <c>+=</c> or a fused multiply-add.</summary>
internal struct Sums<V>
{
    public V Plane, PlaneToo, PlaneTop, Position, PositionTop, Place, Row, Column;
}

/// <summary>A body with a step of hardly more than a multiply-add: four vectors at a time, so that the loop itself does not show.</summary>
internal interface IShortStep : ISweepBody;

/// <summary>
/// A body that is the last to read its plane before another comes: the next plane's X, and its G where the body reads that, are fetched into the
/// second-level cache meanwhile. Planes that are read more than once leave the memory idle while they are computed, and the hardware foresees nothing
/// of a plane that it has not seen the beginning of.
/// </summary>
internal interface IFetchesNext : ISweepBody;

/// <summary>A body with a step so long that two vectors at a time would want more registers than there are.</summary>
internal interface ILongStep : ISweepBody;
