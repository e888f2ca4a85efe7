using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// How a number's distance d from its plane's mean becomes the logit of its own gate. A form has a rate, which is made of the plane's
/// spread, and a slope, which is made of the rate and a weight.
/// </summary>
public interface ISelfGate
{
    /// <summary>The rate of a plane.</summary>
    /// <param name="squares">Σ d².</param>
    /// <param name="positions">Numbers in the plane.</param>
    /// <param name="epsilon">What keeps flat planes from dividing by zero.</param>
    static abstract double Rate(double squares, int positions, double epsilon);

    /// <summary>The slope for a rate and a weight.</summary>
    static abstract double Slope(double rate, double weight);

    /// <summary>The logit of d.</summary>
    static abstract V Logit<V, T>(V d, V slope, V offset)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The logit's gradient u times what its derivative by d has beside <see cref="Steepness"/>.</summary>
    static abstract V Turn<V, T>(V u, V d)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The constant factor of the logit's derivative by d.</summary>
    static abstract double Steepness(double slope);

    /// <summary>The factor of d in the gradient that goes through the rate, for <c>Σ turn · d</c>.</summary>
    static abstract double Pull(double rate, double slope, double turned, int positions);
}

/// <summary>
/// <c>logit = weight · d · rate + offset</c> with <c>rate = 1 / √(Σd² / N + ε)</c>: a normalised plane through an affine map.
/// </summary>
public readonly struct NormalizedSelfGate : ISelfGate
{
    static double ISelfGate.Rate(double squares, int positions, double epsilon) => 1 / Math.Sqrt((squares / positions) + epsilon);

    static double ISelfGate.Slope(double rate, double weight) => rate * weight;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISelfGate.Logit<V, T>(V d, V slope, V offset) => V.MultiplyAdd(d, slope, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISelfGate.Turn<V, T>(V u, V d) => u;

    static double ISelfGate.Steepness(double slope) => slope;

    static double ISelfGate.Pull(double rate, double slope, double turned, int positions) => -slope * rate * rate * turned / positions;
}

/// <summary>
/// <c>logit = d² · rate + offset</c> with <c>rate = 1 / (4 (Σd² / (N − 1) + λ))</c>: SimAM's energy, by which a number stands out of its
/// plane. In a plane of one number Σd² is divided by 1.
/// </summary>
public readonly struct EnergySelfGate : ISelfGate
{
    static double ISelfGate.Rate(double squares, int positions, double epsilon) => 1 / (4 * ((squares / Math.Max(1, positions - 1)) + epsilon));

    static double ISelfGate.Slope(double rate, double weight) => rate;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISelfGate.Logit<V, T>(V d, V slope, V offset) => V.MultiplyAdd(d * d, slope, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISelfGate.Turn<V, T>(V u, V d) => u * d;

    static double ISelfGate.Steepness(double slope) => 2 * slope;

    static double ISelfGate.Pull(double rate, double slope, double turned, int positions) =>
        -8 * rate * rate * turned / Math.Max(1, positions - 1);
}
