using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

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
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Forward<T>(
        int planes, int positions, ReadOnlySpan<T> x, PlaneRoute route, ReadOnlySpan<T> weights, ReadOnlySpan<T> offsets,
        Span<T> y, Span<T> means, Span<T> gates, bool streaming)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "planeMeanGate";
        route.Check<T>(Name, planes, positions, x.Length, y.Length, means.Length, gates.Length);
        Guard.Length(Name, "offsets", weights.Length, offsets.Length);
        fixed (T* xAt = x, weightsAt = weights, offsetsAt = offsets, yAt = y, meansAt = means, gatesAt = gates)
        fixed (int* sources = route.Sources, targets = route.Targets)
        {
            bool past = streaming && StreamingStores.Aligned(yAt, positions);
            var body = new ForwardBody<T>(positions, xAt, sources, targets, weightsAt, offsetsAt, weights.Length, yAt, meansAt, gatesAt, past);
            VectorLoop.For<ForwardBody<T>, T>(ref body, planes, PlanePartition.Grain(planes, positions));
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
            bool past = streaming && StreamingStores.Aligned(dxAt, positions);
            var body = new BackwardBody<T>(positions, xAt, dyAt, sources, targets, weightsAt, weights.Length, gatesAt, dxAt, dLogitsAt, past);
            VectorLoop.For<BackwardBody<T>, T>(ref body, planes, PlanePartition.Grain(planes, positions));
        }
    }

    /// <summary><c>b = a · scale + shift</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Affine<TStore, V, T>(int positions, T* a, T scale, T shift, T* b)
        where TStore : struct, IStorePolicy
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V s = V.Broadcast(scale), t = V.Broadcast(shift);
        int i = 0;
        for (; i <= positions - (4 * V.Width); i += 4 * V.Width)
        {
            V v0 = V.MultiplyAdd(V.Load(a + i), s, t);
            V v1 = V.MultiplyAdd(V.Load(a + i + V.Width), s, t);
            V v2 = V.MultiplyAdd(V.Load(a + i + (2 * V.Width)), s, t);
            V v3 = V.MultiplyAdd(V.Load(a + i + (3 * V.Width)), s, t);
            TStore.Store<V, T>(v0, b + i);
            TStore.Store<V, T>(v1, b + i + V.Width);
            TStore.Store<V, T>(v2, b + i + (2 * V.Width));
            TStore.Store<V, T>(v3, b + i + (3 * V.Width));
        }

        for (; i < positions; i += V.Width)
        {
            int n = Math.Min(V.Width, positions - i);
            V.MultiplyAdd(V.LoadPartial(a + i, n), s, t).StorePartial(b + i, n);
        }
    }

    private readonly struct ForwardBody<T>(
        int positions, T* x, int* sources, int* targets, T* weights, T* offsets, int period, T* y, T* means, T* gates, bool past) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int plane = from; plane < to; plane++)
            {
                T* a = x + ((nint)(sources is null ? plane : sources[plane]) * positions);
                T* b = y + ((nint)(targets is null ? plane : targets[plane]) * positions);
                double mean = PlaneSums.Sum<V, T>(a, positions) / positions;
                double logit = (double.CreateTruncating(weights[plane % period]) * mean) + double.CreateTruncating(offsets[plane % period]);
                T gate = T.CreateTruncating(1 / (1 + Math.Exp(-logit)));
                if (past)
                {
                    Affine<StreamingStore, V, T>(positions, a, gate, T.Zero, b);
                }
                else
                {
                    Affine<CachedStore, V, T>(positions, a, gate, T.Zero, b);
                }

                means[plane] = T.CreateTruncating(mean);
                gates[plane] = gate;
            }

            StreamingStores.Finish();
        }
    }

    private readonly struct BackwardBody<T>(
        int positions, T* x, T* dy, int* sources, int* targets, T* weights, int period, T* gates, T* dx, T* dLogits, bool past) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int plane = from; plane < to; plane++)
            {
                nint source = (nint)(sources is null ? plane : sources[plane]) * positions;
                T* g = dy + ((nint)(targets is null ? plane : targets[plane]) * positions);
                double gate = double.CreateTruncating(gates[plane]);
                double dLogit = gate * (1 - gate) * PlaneSums.Dot<V, T>(x + source, g, positions);
                T shift = T.CreateTruncating(double.CreateTruncating(weights[plane % period]) * dLogit / positions);
                if (past)
                {
                    Affine<StreamingStore, V, T>(positions, g, gates[plane], shift, dx + source);
                }
                else
                {
                    Affine<CachedStore, V, T>(positions, g, gates[plane], shift, dx + source);
                }

                dLogits[plane] = T.CreateTruncating(dLogit);
            }

            StreamingStores.Finish();
        }
    }
}
