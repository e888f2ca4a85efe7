using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Vectors;

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
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Forward<TForm, T>(
        int planes, int positions, ReadOnlySpan<T> x, PlaneRoute route, ReadOnlySpan<T> weights, ReadOnlySpan<T> offsets, double epsilon,
        Span<T> y, Span<T> means, Span<T> rates, bool streaming)
        where TForm : struct, ISelfGate
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "planeSelfGate";
        route.Check<T>(Name, planes, positions, x.Length, y.Length, means.Length, rates.Length);
        Guard.Length(Name, "offsets", weights.Length, offsets.Length);
        fixed (T* xAt = x, weightsAt = weights, offsetsAt = offsets, yAt = y, meansAt = means, ratesAt = rates)
        fixed (int* sources = route.Sources, targets = route.Targets)
        {
            if (streaming && StreamingStores.Aligned(yAt, positions))
            {
                var past = new ForwardBody<TForm, StreamingStore, T>(
                    positions, xAt, sources, targets, weightsAt, offsetsAt, weights.Length, epsilon, yAt, meansAt, ratesAt);
                VectorLoop.For<ForwardBody<TForm, StreamingStore, T>, T>(ref past, planes, PlanePartition.Grain(planes, positions));
                return;
            }

            var body = new ForwardBody<TForm, CachedStore, T>(
                positions, xAt, sources, targets, weightsAt, offsetsAt, weights.Length, epsilon, yAt, meansAt, ratesAt);
            VectorLoop.For<ForwardBody<TForm, CachedStore, T>, T>(ref body, planes, PlanePartition.Grain(planes, positions));
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
            var body = new BackwardBody<TForm, T>(
                positions, xAt, dyAt, sources, targets, weightsAt, offsetsAt, weights.Length, meansAt, ratesAt, dxAt, sumsAt, turnedAt);
            VectorLoop.For<BackwardBody<TForm, T>, T>(ref body, planes, PlanePartition.Grain(planes, positions));
        }
    }

    private readonly struct ForwardBody<TForm, TStore, T>(
        int positions, T* x, int* sources, int* targets, T* weights, T* offsets, int period, double epsilon, T* y, T* means, T* rates) : IVectorBody<T>
        where TForm : struct, ISelfGate
        where TStore : struct, IStorePolicy
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int plane = from; plane < to; plane++)
            {
                T* a = x + ((nint)(sources is null ? plane : sources[plane]) * positions);
                T* b = y + ((nint)(targets is null ? plane : targets[plane]) * positions);
                T mean = T.CreateTruncating(PlaneSums.Sum<V, T>(a, positions) / positions);
                T rate = T.CreateTruncating(TForm.Rate(PlaneSums.SquaresAbout<V, T>(a, positions, mean), positions, epsilon));
                T slope = T.CreateTruncating(TForm.Slope(double.CreateTruncating(rate), double.CreateTruncating(weights[plane % period])));
                Gate<V>(a, V.Broadcast(mean), V.Broadcast(slope), V.Broadcast(offsets[plane % period]), b);
                means[plane] = mean;
                rates[plane] = rate;
            }

            StreamingStores.Finish();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Gate<V>(T* a, V mean, V slope, V offset, T* b)
            where V : struct, IVector<V, T>
        {
            int i = 0;
            for (; i <= positions - (2 * V.Width); i += 2 * V.Width)
            {
                V v0 = V.Load(a + i);
                V v1 = V.Load(a + i + V.Width);
                V g0 = Sigmoid.Of<V, T>(TForm.Logit<V, T>(v0 - mean, slope, offset));
                V g1 = Sigmoid.Of<V, T>(TForm.Logit<V, T>(v1 - mean, slope, offset));
                TStore.Store<V, T>(v0 * g0, b + i);
                TStore.Store<V, T>(v1 * g1, b + i + V.Width);
            }

            for (; i < positions; i += V.Width)
            {
                int n = Math.Min(V.Width, positions - i);
                V v = V.LoadPartial(a + i, n);
                (v * Sigmoid.Of<V, T>(TForm.Logit<V, T>(v - mean, slope, offset))).StorePartial(b + i, n);
            }
        }
    }

    private readonly struct BackwardBody<TForm, T>(
        int positions, T* x, T* dy, int* sources, int* targets, T* weights, T* offsets, int period, T* means, T* rates, T* dx, T* sums, T* turned)
        : IVectorBody<T>
        where TForm : struct, ISelfGate
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int plane = from; plane < to; plane++)
            {
                nint source = (nint)(sources is null ? plane : sources[plane]) * positions;
                nint target = (nint)(targets is null ? plane : targets[plane]) * positions;
                double rate = double.CreateTruncating(rates[plane]);
                T slope = T.CreateTruncating(TForm.Slope(rate, double.CreateTruncating(weights[plane % period])));
                double steepness = TForm.Steepness(double.CreateTruncating(slope));
                V mean = V.Broadcast(means[plane]);
                Own<V>(
                    x + source, dy + target, mean, V.Broadcast(slope), V.Broadcast(offsets[plane % period]), V.Broadcast(T.CreateTruncating(steepness)),
                    dx + source, out double sum, out double turn);
                V pull = V.Broadcast(T.CreateTruncating(TForm.Pull(rate, double.CreateTruncating(slope), turn, positions)));
                Others(x + source, mean, pull, V.Broadcast(T.CreateTruncating(steepness * sum / positions)), dx + source);
                sums[plane] = T.CreateTruncating(sum);
                turned[plane] = T.CreateTruncating(turn);
            }
        }

        /// <summary>What a number's gradient has from its own gate, and the sums for what it has from all others.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Own<V>(T* a, T* g, V mean, V slope, V offset, V steepness, T* to, out double sum, out double turn)
            where V : struct, IVector<V, T>
        {
            V one = Lanewise.Number<V, T>(1);
            (sum, turn) = (0, 0);
            int i = 0;
            while (i < positions)
            {
                int stop = Math.Min(positions, i + (PlaneSums.NumbersPerLane * V.Width));
                V s0 = V.Zero, s1 = V.Zero;
                for (; i <= stop - V.Width; i += V.Width)
                {
                    V v = V.Load(a + i);
                    V d = v - mean;
                    V gate = Sigmoid.Of<V, T>(TForm.Logit<V, T>(d, slope, offset));
                    V passed = V.Load(g + i) * gate;
                    V t = TForm.Turn<V, T>(passed * v * (one - gate), d);
                    s0 += t;
                    s1 = V.MultiplyAdd(t, d, s1);
                    V.MultiplyAdd(t, steepness, passed).Store(to + i);
                }

                if (i < stop)
                {
                    // Past the end x and dy read as zero, so that nothing of it counts.
                    int n = stop - i;
                    V v = V.LoadPartial(a + i, n);
                    V d = v - mean;
                    V gate = Sigmoid.Of<V, T>(TForm.Logit<V, T>(d, slope, offset));
                    V passed = V.LoadPartial(g + i, n) * gate;
                    V t = TForm.Turn<V, T>(passed * v * (one - gate), d);
                    s0 += t;
                    s1 = V.MultiplyAdd(t, d, s1);
                    V.MultiplyAdd(t, steepness, passed).StorePartial(to + i, n);
                    i = stop;
                }

                sum += double.CreateTruncating(V.Sum(s0));
                turn += double.CreateTruncating(V.Sum(s1));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Others<V>(T* a, V mean, V pull, V share, T* to)
            where V : struct, IVector<V, T>
        {
            int i = 0;
            for (; i <= positions - (2 * V.Width); i += 2 * V.Width)
            {
                V d0 = V.Load(a + i) - mean;
                V d1 = V.Load(a + i + V.Width) - mean;
                (V.MultiplyAdd(d0, pull, V.Load(to + i)) - share).Store(to + i);
                (V.MultiplyAdd(d1, pull, V.Load(to + i + V.Width)) - share).Store(to + i + V.Width);
            }

            for (; i < positions; i += V.Width)
            {
                int n = Math.Min(V.Width, positions - i);
                V d = V.LoadPartial(a + i, n) - mean;
                (V.MultiplyAdd(d, pull, V.LoadPartial(to + i, n)) - share).StorePartial(to + i, n);
            }
        }
    }
}
