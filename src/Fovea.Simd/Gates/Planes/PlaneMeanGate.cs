using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Sweeps;

namespace Fovea.Simd.Gates;

/// <summary>
/// Planes gated by their own mean: <c>y = x · σ(weight · mean + offset)</c>, in one trip of each plane through the first-level cache.
/// </summary>
public static unsafe class PlaneMeanGate
{
    /// <summary>The gated planes, their means and gates.</summary>
    /// <param name="planes">Number of planes that the route takes.</param>
    /// <param name="positions">Numbers in a plane, at least 1.</param>
    /// <param name="x">[…, positions].</param>
    /// <param name="route">Which planes, and where they go.</param>
    /// <param name="weights">Plane p's weight is number p modulo the length.</param>
    /// <param name="offsets">As many offsets.</param>
    /// <param name="y">As x; the route's targets are written.</param>
    /// <param name="means">[planes], written.</param>
    /// <param name="gates">[planes], written.</param>
    /// <param name="streaming">Whether y is better written past the caches.</param>
    /// <param name="end">What follows in the same sweep.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Forward<T>(
        int planes, int positions, ReadOnlySpan<T> x, PlaneRoute route, ReadOnlySpan<T> weights, ReadOnlySpan<T> offsets,
        Span<T> y, Span<T> means, Span<T> gates, bool streaming, Epilogue<T> end = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "planeMeanGate";
        route.Check<T>(Name, planes, positions, x.Length, y.Length, means.Length, gates.Length);
        Guard.Length(Name, "offsets", weights.Length, offsets.Length);
        Guard.LengthOrEmpty(Name, "residual", y.Length, end.Residual.Length);
        fixed (T* xAt = x, weightsAt = weights, offsetsAt = offsets, yAt = y, meansAt = means, gatesAt = gates)
        fixed (int* sources = route.Sources, targets = route.Targets)
        {
            var trip = new ForwardTrip<T>(positions, xAt, sources, targets, weightsAt, offsetsAt, weights.Length, yAt, meansAt, gatesAt);
            PlaneTrip.Write(trip, planes, positions, positions, yAt, streaming, end);
        }
    }

    /// <summary>The gradients: <c>dx = dy · gate + weight · dLogit / N</c> with <c>dLogit = gate · (1 − gate) · Σ dy · x</c>.</summary>
    /// <param name="planes">Number of planes that the route takes.</param>
    /// <param name="positions">Numbers in a plane, at least 1.</param>
    /// <param name="x">[…, positions].</param>
    /// <param name="dy">As x.</param>
    /// <param name="route">As forward.</param>
    /// <param name="weights">As forward.</param>
    /// <param name="gates">[planes], from forward.</param>
    /// <param name="dx">As x; the route's sources are written.</param>
    /// <param name="dLogits">[planes], written.</param>
    /// <param name="streaming">Whether dx is better written past the caches.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Backward<T>(
        int planes, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, PlaneRoute route, ReadOnlySpan<T> weights, ReadOnlySpan<T> gates,
        Span<T> dx, Span<T> dLogits, bool streaming)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "planeMeanGateBackward";
        route.Check<T>(Name, planes, positions, x.Length, dx.Length, gates.Length, dLogits.Length);
        Guard.Length(Name, "dy", x.Length, dy.Length);
        fixed (T* xAt = x, dyAt = dy, weightsAt = weights, gatesAt = gates, dxAt = dx, dLogitsAt = dLogits)
        fixed (int* sources = route.Sources, targets = route.Targets)
        {
            var trip = new BackwardTrip<T>(positions, xAt, dyAt, sources, targets, weightsAt, weights.Length, gatesAt, dxAt, dLogitsAt);
            PlaneTrip.Write(trip, planes, positions, positions, dxAt, streaming);
        }
    }

    private readonly struct ForwardTrip<T>(
        int positions, T* x, int* sources, int* targets, T* weights, T* offsets, int period, T* y, T* means, T* gates) : IPlaneTrip<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        void IPlaneTrip<T>.Run<TStore, TEnd, V>(int from, int to, T* residual, T floor)
        {
            SweepTiles one = SweepTiles.Planes(1, positions);
            var whole = SweepTile.Plane(positions);
            Sweep<T> sum = new(one), scale = new(one) { Floor = floor };
            for (int plane = from; plane < to; plane++)
            {
                T* a = x + ((nint)(sources is null ? plane : sources[plane]) * positions);
                nint target = (nint)(targets is null ? plane : targets[plane]) * positions;
                sum.X = a;
                double mean = PlaneLoop<PlaneSum, NoStore, NoEpilogue, V, T>.Run(sum, whole).First / positions;
                double logit = (double.CreateTruncating(weights[plane % period]) * mean) + double.CreateTruncating(offsets[plane % period]);
                means[plane] = T.CreateTruncating(mean);
                gates[plane] = T.CreateTruncating(1 / (1 + Math.Exp(-logit)));
                scale.X = a;
                scale.Y = y + target;
                scale.Residual = residual + target;
                scale.A = gates + plane;
                PlaneLoop<MapAffine, TStore, TEnd, V, T>.Run(scale, whole);
            }
        }
    }

    private readonly struct BackwardTrip<T>(
        int positions, T* x, T* dy, int* sources, int* targets, T* weights, int period, T* gates, T* dx, T* dLogits) : IPlaneTrip<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        void IPlaneTrip<T>.Run<TStore, TEnd, V>(int from, int to, T* residual, T floor)
        {
            T shift;
            SweepTiles one = SweepTiles.Planes(1, positions);
            var whole = SweepTile.Plane(positions);
            Sweep<T> dot = new(one), affine = new(one) { B = &shift };
            for (int plane = from; plane < to; plane++)
            {
                nint source = (nint)(sources is null ? plane : sources[plane]) * positions;
                T* g = dy + ((nint)(targets is null ? plane : targets[plane]) * positions);
                double gate = double.CreateTruncating(gates[plane]);
                dot.X = x + source;
                dot.G = g;
                double dLogit = gate * (1 - gate) * PlaneLoop<PlaneDot, NoStore, NoEpilogue, V, T>.Run(dot, whole).First;
                dLogits[plane] = T.CreateTruncating(dLogit);
                shift = T.CreateTruncating(double.CreateTruncating(weights[plane % period]) * dLogit / positions);
                affine.X = g;
                affine.Y = dx + source;
                affine.A = gates + plane;
                PlaneLoop<MapAffine, TStore, TEnd, V, T>.Run(affine, whole);
            }
        }
    }
}
