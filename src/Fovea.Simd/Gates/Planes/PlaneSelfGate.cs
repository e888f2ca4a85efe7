using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Sweeps;

namespace Fovea.Simd.Gates;

/// <summary>
/// Planes whose every number is gated by how it lies among the others: <c>y = x · σ(logit(x − mean))</c>, in one trip of each plane
/// through the first-level cache: mean, spread, gate, and backward two sums and the gradient.
/// </summary>
/// <remarks>
/// Backward, with g = dy, s the gate, u = g·x·s·(1 − s) the logit's gradient, and t = turn(u, d):
/// <c>dx = g·s + steepness·t + pull(Σ t·d)·d − steepness·Σt / N</c>; the last two are what goes through rate and mean.
/// </remarks>
public static unsafe class PlaneSelfGate
{
    /// <summary>The gated planes, and what backward will read of each.</summary>
    /// <param name="planes">Number of planes that the route takes.</param>
    /// <param name="positions">Numbers in a plane, at least 1.</param>
    /// <param name="x">[…, positions].</param>
    /// <param name="route">Which planes, and where they go.</param>
    /// <param name="weights">Plane p's weight is number p modulo the length.</param>
    /// <param name="offsets">As many offsets.</param>
    /// <param name="epsilon">The form's ε.</param>
    /// <param name="y">As x; the route's targets are written.</param>
    /// <param name="means">[planes], written.</param>
    /// <param name="rates">[planes], written.</param>
    /// <param name="streaming">Whether y is better written past the caches.</param>
    /// <param name="end">What follows in the same sweep.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Forward<TForm, T>(
        int planes, int positions, ReadOnlySpan<T> x, PlaneRoute route, ReadOnlySpan<T> weights, ReadOnlySpan<T> offsets, double epsilon,
        Span<T> y, Span<T> means, Span<T> rates, bool streaming, Epilogue<T> end = default)
        where TForm : struct, ISelfGate
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "planeSelfGate";
        route.Check<T>(Name, planes, positions, x.Length, y.Length, means.Length, rates.Length);
        Guard.Length(Name, "offsets", weights.Length, offsets.Length);
        Guard.LengthOrEmpty(Name, "residual", y.Length, end.Residual.Length);
        fixed (T* xAt = x, weightsAt = weights, offsetsAt = offsets, yAt = y, meansAt = means, ratesAt = rates)
        fixed (int* sources = route.Sources, targets = route.Targets)
        {
            var trip = new ForwardTrip<TForm, T>(
                positions, xAt, sources, targets, weightsAt, offsetsAt, weights.Length, epsilon, yAt, meansAt, ratesAt);
            PlaneTrip.Write(trip, planes, positions, positions, yAt, streaming, end);
        }
    }

    /// <summary>The gradients.</summary>
    /// <param name="planes">Number of planes that the route takes.</param>
    /// <param name="positions">Numbers in a plane, at least 1.</param>
    /// <param name="x">[…, positions].</param>
    /// <param name="dy">As x.</param>
    /// <param name="route">As forward.</param>
    /// <param name="weights">As forward.</param>
    /// <param name="offsets">As forward.</param>
    /// <param name="means">[planes], from forward.</param>
    /// <param name="rates">[planes], from forward.</param>
    /// <param name="dx">As x; the route's sources are written.</param>
    /// <param name="sums">[planes], written: Σ t, for the offset's gradient.</param>
    /// <param name="turned">[planes], written: Σ t·d, for the slope's.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Backward<TForm, T>(
        int planes, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, PlaneRoute route, ReadOnlySpan<T> weights, ReadOnlySpan<T> offsets,
        ReadOnlySpan<T> means, ReadOnlySpan<T> rates, Span<T> dx, Span<T> sums, Span<T> turned)
        where TForm : struct, ISelfGate
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "planeSelfGateBackward";
        route.Check<T>(Name, planes, positions, x.Length, dx.Length, means.Length, rates.Length, sums.Length, turned.Length);
        Guard.Length(Name, "dy", x.Length, dy.Length);
        Guard.Length(Name, "offsets", weights.Length, offsets.Length);
        fixed (T* xAt = x, dyAt = dy, weightsAt = weights, offsetsAt = offsets, meansAt = means, ratesAt = rates)
        fixed (T* dxAt = dx, sumsAt = sums, turnedAt = turned)
        fixed (int* sources = route.Sources, targets = route.Targets)
        {
            var trip = new BackwardTrip<TForm, T>(
                positions, xAt, dyAt, sources, targets, weightsAt, offsetsAt, weights.Length, meansAt, ratesAt, dxAt, sumsAt, turnedAt);
            PlaneTrip.Write(trip, planes, positions, positions, dxAt, streaming: false);
        }
    }

    private readonly struct ForwardTrip<TForm, T>(
        int positions, T* x, int* sources, int* targets, T* weights, T* offsets, int period, double epsilon, T* y, T* means, T* rates) : IPlaneTrip<T>
        where TForm : struct, ISelfGate
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        void IPlaneTrip<T>.Run<TStore, TEnd, V>(int from, int to, T* residual, T floor)
        {
            T slope;
            SweepTiles one = SweepTiles.Planes(1, positions);
            var whole = SweepTile.Plane(positions);
            Sweep<T> read = new(one), gate = new(one) { B = &slope, Floor = floor };
            for (int plane = from; plane < to; plane++)
            {
                nint target = (nint)(targets is null ? plane : targets[plane]) * positions;
                read.X = gate.X = x + ((nint)(sources is null ? plane : sources[plane]) * positions);
                int next = Math.Min(plane + 1, to - 1);
                gate.NextX = x + ((nint)(sources is null ? next : sources[next]) * positions);
                read.A = gate.A = means + plane;
                means[plane] = T.CreateTruncating(PlaneLoop<PlaneSum, NoStore, NoEpilogue, V, T>.Run(read, whole).First / positions);
                double squares = PlaneLoop<PlaneSquares, NoStore, NoEpilogue, V, T>.Run(read, whole).First;
                T rate = T.CreateTruncating(TForm.Rate(squares, positions, epsilon));
                rates[plane] = rate;
                slope = T.CreateTruncating(TForm.Slope(double.CreateTruncating(rate), double.CreateTruncating(weights[plane % period])));
                gate.Y = y + target;
                gate.Residual = residual + target;
                gate.C = offsets + (plane % period);
                PlaneLoop<Gated<TForm>, TStore, TEnd, V, T>.Run(gate, whole);
            }
        }
    }

    private readonly struct BackwardTrip<TForm, T>(
        int positions, T* x, T* dy, int* sources, int* targets, T* weights, T* offsets, int period, T* means, T* rates, T* dx, T* sums, T* turned)
        : IPlaneTrip<T>
        where TForm : struct, ISelfGate
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        void IPlaneTrip<T>.Run<TStore, TEnd, V>(int from, int to, T* residual, T floor)
        {
            T slope, steep, pull, share;
            SweepTiles one = SweepTiles.Planes(1, positions);
            var whole = SweepTile.Plane(positions);
            Sweep<T> own = new(one) { B = &slope, W = &steep }, others = new(one) { B = &pull, C = &share };
            for (int plane = from; plane < to; plane++)
            {
                nint source = (nint)(sources is null ? plane : sources[plane]) * positions;
                double rate = double.CreateTruncating(rates[plane]);
                slope = T.CreateTruncating(TForm.Slope(rate, double.CreateTruncating(weights[plane % period])));
                double steepness = TForm.Steepness(double.CreateTruncating(slope));
                steep = T.CreateTruncating(steepness);
                own.X = others.X = x + source;
                own.Y = others.Y = others.G = dx + source;
                own.G = dy + ((nint)(targets is null ? plane : targets[plane]) * positions);
                int next = Math.Min(plane + 1, to - 1);
                own.NextX = x + ((nint)(sources is null ? next : sources[next]) * positions);
                own.NextG = dy + ((nint)(targets is null ? next : targets[next]) * positions);
                own.A = others.A = means + plane;
                own.C = offsets + (plane % period);
                PlaneSums<T> s = PlaneLoop<OwnGradient<TForm>, TStore, TEnd, V, T>.Run(own, whole);
                pull = T.CreateTruncating(TForm.Pull(rate, double.CreateTruncating(slope), s.Second, positions));
                share = T.CreateTruncating(steepness * s.First / positions);
                PlaneLoop<OthersGradient, TStore, TEnd, V, T>.Run(others, whole);
                sums[plane] = T.CreateTruncating(s.First);
                turned[plane] = T.CreateTruncating(s.Second);
            }
        }
    }

    /// <summary><c>x · σ(logit(x − mean))</c>, with the mean in A, the slope in B and the offset in C.</summary>
    private readonly struct Gated<TForm> : IReadsX, IReadsA, IReadsB, IReadsC, IFetchesNext
        where TForm : struct, ISelfGate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) =>
            o.X * Sigmoid.Of<V, T>(TForm.Logit<V, T>(o.X - o.A, o.B, o.C));
    }

    /// <summary>What a number's gradient has from its own gate, and the sums for what it has from all others; the steepness in W.</summary>
    private readonly struct OwnGradient<TForm> : IReadsX, IReadsG, IReadsA, IReadsB, IReadsC, IReadsW, ISumsPlanes, ISumsPlanesToo, ILongStep, IFetchesNext
        where TForm : struct, ISelfGate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
        {
            V d = o.X - o.A;
            V gate = Sigmoid.Of<V, T>(TForm.Logit<V, T>(d, o.B, o.C));
            V passed = o.G * gate;
            V t = TForm.Turn<V, T>(passed * o.X * (Lanewise.Number<V, T>(1) - gate), d);
            s.Plane += t;
            s.PlaneToo = V.MultiplyAdd(t, d, s.PlaneToo);
            return V.MultiplyAdd(t, o.W, passed);
        }
    }

    /// <summary><c>g + (x − mean) · pull − share</c>, with the mean in A, the pull in B and the share in C.</summary>
    private readonly struct OthersGradient : IReadsX, IReadsG, IReadsA, IReadsB, IReadsC
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => V.MultiplyAdd(o.X - o.A, o.B, o.G) - o.C;
    }
}
