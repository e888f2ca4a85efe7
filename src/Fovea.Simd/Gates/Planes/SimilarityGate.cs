using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// Groups of neighbouring planes gated by how each position agrees with the group's mean: <c>s = Σ_c x_c · mean(x_c)</c>,
/// <c>t = (s − mean(s)) / (std(s) + ε)</c> with the unbiased deviation, <c>y = x · σ(weight · t + bias)</c>. A group goes through the
/// core's own cache once.
/// </summary>
/// <remarks>
/// Backward, with u = σ'·Σ_c dy·x the logits' gradient: <c>dt = weight · u</c>, through the normalisation
/// <c>ds = (dt − mean(dt)) / (std + ε) − t · Σ(dt·t) / (std · (N − 1))</c>, and
/// <c>dx_c = dy_c · gate + ds · mean(x_c) + Σ(ds · x_c) / N</c>.
/// </remarks>
public static unsafe class SimilarityGate
{
    /// <summary>The gated planes, the gates, and what backward will read.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="groups">Groups of an image.</param>
    /// <param name="channels">Planes of a group.</param>
    /// <param name="positions">Numbers in a plane, at least 1.</param>
    /// <param name="x">[images, groups, channels, positions].</param>
    /// <param name="weight">[groups].</param>
    /// <param name="bias">[groups].</param>
    /// <param name="epsilon">Added to the deviation.</param>
    /// <param name="y">As x, written; may be x itself.</param>
    /// <param name="gates">[images, groups, positions], written.</param>
    /// <param name="means">[images, groups, channels], written.</param>
    /// <param name="normalized">t, [images, groups, positions], written.</param>
    /// <param name="deviations">std, [images, groups], written.</param>
    /// <param name="streaming">Whether y is better written past the caches.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Forward<T>(
        int images, int groups, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, double epsilon,
        Span<T> y, Span<T> gates, Span<T> means, Span<T> normalized, Span<T> deviations, bool streaming)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check("similarityGate", images, groups, channels, positions, x.Length, y.Length, weight.Length, bias.Length, gates.Length, means.Length, normalized.Length, deviations.Length);
        var size = new Size(images, groups, channels, positions, epsilon);
        fixed (T* xAt = x, weightAt = weight, biasAt = bias, yAt = y, gatesAt = gates, meansAt = means, normalizedAt = normalized, deviationsAt = deviations)
        {
            bool past = streaming && StreamingStores.Aligned(yAt, positions);
            var body = new ForwardBody<T>(size, xAt, weightAt, biasAt, yAt, gatesAt, meansAt, normalizedAt, deviationsAt, past);
            VectorLoop.For<ForwardBody<T>, T>(ref body, images * groups, PlanePartition.Grain(images * groups, channels * positions));
        }
    }

    /// <summary>The gradients.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="groups">Groups of an image.</param>
    /// <param name="channels">Planes of a group.</param>
    /// <param name="positions">Numbers in a plane, at least 1.</param>
    /// <param name="x">[images, groups, channels, positions].</param>
    /// <param name="dy">As x.</param>
    /// <param name="weight">[groups].</param>
    /// <param name="epsilon">Added to the deviation.</param>
    /// <param name="gates">From forward.</param>
    /// <param name="means">From forward.</param>
    /// <param name="normalized">From forward.</param>
    /// <param name="deviations">From forward.</param>
    /// <param name="dx">As x, written.</param>
    /// <param name="work">[images, groups, positions], overwritten.</param>
    /// <param name="dWeight">[images, groups], written: each group's part of the weight's gradient.</param>
    /// <param name="dBias">[images, groups], written: of the bias's.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Backward<T>(
        int images, int groups, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, double epsilon,
        ReadOnlySpan<T> gates, ReadOnlySpan<T> means, ReadOnlySpan<T> normalized, ReadOnlySpan<T> deviations,
        Span<T> dx, Span<T> work, Span<T> dWeight, Span<T> dBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "similarityGateBackward";
        Check(Name, images, groups, channels, positions, x.Length, dx.Length, weight.Length, weight.Length, gates.Length, means.Length, normalized.Length, deviations.Length);
        Guard.Length(Name, "dy", x.Length, dy.Length);
        Guard.Length(Name, "work", gates.Length, work.Length);
        Guard.Length(Name, "dWeight", (long)images * groups, dWeight.Length);
        Guard.Length(Name, "dBias", (long)images * groups, dBias.Length);
        var size = new Size(images, groups, channels, positions, epsilon);
        fixed (T* xAt = x, dyAt = dy, weightAt = weight, gatesAt = gates, meansAt = means, normalizedAt = normalized, deviationsAt = deviations)
        fixed (T* dxAt = dx, workAt = work, dWeightAt = dWeight, dBiasAt = dBias)
        {
            var body = new BackwardBody<T>(size, xAt, dyAt, weightAt, gatesAt, meansAt, normalizedAt, deviationsAt, dxAt, workAt, dWeightAt, dBiasAt);
            VectorLoop.For<BackwardBody<T>, T>(ref body, images * groups, PlanePartition.Grain(images * groups, channels * positions));
        }
    }

    private static void Check(
        string name, int images, int groups, int channels, int positions, int x, int y, int weight, int bias, int gates, int means, int normalized, int deviations)
    {
        if (positions < 1)
        {
            Guard.Fail(name, $"expected planes of at least one position, got {positions}");
        }

        Guard.Length(name, "x", (long)images * groups * channels * positions, x);
        Guard.Length(name, "y", x, y);
        Guard.Length(name, "weight", groups, weight);
        Guard.Length(name, "bias", groups, bias);
        Guard.Length(name, "gates", (long)images * groups * positions, gates);
        Guard.Length(name, "means", (long)images * groups * channels, means);
        Guard.Length(name, "normalized", gates, normalized);
        Guard.Length(name, "deviations", (long)images * groups, deviations);
    }

    private readonly record struct Size(int Images, int Groups, int Channels, int Positions, double Epsilon);

    private readonly struct ForwardBody<T>(
        Size size, T* x, T* weight, T* bias, T* y, T* gates, T* means, T* normalized, T* deviations, bool past) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            int positions = size.Positions;
            for (int group = from; group < to; group++)
            {
                T* a = x + ((nint)group * size.Channels * positions);
                T* t = normalized + ((nint)group * positions);
                T* gate = gates + ((nint)group * positions);
                T* mean = means + ((nint)group * size.Channels);
                new Span<T>(t, positions).Clear();
                for (int c = 0; c < size.Channels; c++)
                {
                    mean[c] = T.CreateTruncating(PlaneSums.Sum<V, T>(a + ((nint)c * positions), positions) / positions);
                    PlaneRows.AddScaled<V, T>(positions, a + ((nint)c * positions), mean[c], t);
                }

                T centre = T.CreateTruncating(PlaneSums.Sum<V, T>(t, positions) / positions);
                double deviation = Math.Sqrt(PlaneSums.SquaresAbout<V, T>(t, positions, centre) / Math.Max(1, positions - 1));
                deviations[group] = T.CreateTruncating(deviation);
                Gate<V>(t, centre, T.CreateTruncating(1 / (deviation + size.Epsilon)), weight[group % size.Groups], bias[group % size.Groups], gate);
                T* b = y + ((nint)group * size.Channels * positions);
                for (int c = size.Channels - 1; c >= 0; c--)
                {
                    nint at = (nint)c * positions;
                    if (past)
                    {
                        PlaneRows.Multiply<StreamingStore, V, T>(positions, a + at, gate, b + at);
                    }
                    else
                    {
                        PlaneRows.Multiply<CachedStore, V, T>(positions, a + at, gate, b + at);
                    }
                }
            }

            StreamingStores.Finish();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Gate<V>(T* t, T centre, T scale, T weight, T bias, T* gate)
            where V : struct, IVector<V, T>
        {
            V m = V.Broadcast(centre), s = V.Broadcast(scale), w = V.Broadcast(weight), b = V.Broadcast(bias);
            for (int i = 0; i < size.Positions; i += V.Width)
            {
                int n = Math.Min(V.Width, size.Positions - i);
                V v = (V.LoadPartial(t + i, n) - m) * s;
                v.StorePartial(t + i, n);
                Sigmoid.Of<V, T>(V.MultiplyAdd(v, w, b)).StorePartial(gate + i, n);
            }
        }
    }

    private readonly struct BackwardBody<T>(
        Size size, T* x, T* dy, T* weight, T* gates, T* means, T* normalized, T* deviations, T* dx, T* work, T* dWeight, T* dBias) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            int positions = size.Positions;
            for (int group = from; group < to; group++)
            {
                nint first = (nint)group * size.Channels * positions;
                T* t = normalized + ((nint)group * positions);
                T* gate = gates + ((nint)group * positions);
                T* u = work + ((nint)group * positions);
                new Span<T>(u, positions).Clear();
                for (int c = 0; c < size.Channels; c++)
                {
                    nint at = first + ((nint)c * positions);
                    PlaneRows.AddProduct<V, T>(positions, x + at, dy + at, u);
                }

                Logits<V>(gate, u);
                double sum = PlaneSums.Sum<V, T>(u, positions);
                double dot = PlaneSums.Dot<V, T>(u, t, positions);
                dBias[group] = T.CreateTruncating(sum);
                dWeight[group] = T.CreateTruncating(dot);
                double deviation = double.CreateTruncating(deviations[group]);
                double slope = double.CreateTruncating(weight[group % size.Groups]);
                double scale = slope / (deviation + size.Epsilon);

                // A flat map has no direction in which its deviation grows; t is 0 there.
                double pull = deviation > 0 ? slope * dot / (deviation * Math.Max(1, positions - 1)) : 0;
                Similarities<V>(t, T.CreateTruncating(sum / positions), T.CreateTruncating(scale), T.CreateTruncating(pull), u);
                for (int c = size.Channels - 1; c >= 0; c--)
                {
                    nint at = first + ((nint)c * positions);
                    T share = T.CreateTruncating(PlaneSums.Dot<V, T>(u, x + at, positions) / positions);
                    Input<V>(dy + at, gate, u, means[((nint)group * size.Channels) + c], share, dx + at);
                }
            }
        }

        /// <summary><c>u · gate · (1 − gate)</c>.</summary>
        private void Logits<V>(T* gate, T* u)
            where V : struct, IVector<V, T>
        {
            V one = Lanewise.Number<V, T>(1);
            for (int i = 0; i < size.Positions; i += V.Width)
            {
                int n = Math.Min(V.Width, size.Positions - i);
                V g = V.LoadPartial(gate + i, n);
                (V.LoadPartial(u + i, n) * (g * (one - g))).StorePartial(u + i, n);
            }
        }

        /// <summary><c>(u − mean) · scale − t · pull</c>: centred first, because on a nearly flat map the scale is large.</summary>
        private void Similarities<V>(T* t, T mean, T scale, T pull, T* u)
            where V : struct, IVector<V, T>
        {
            V m = V.Broadcast(mean), s = V.Broadcast(scale), p = V.Broadcast(pull);
            for (int i = 0; i < size.Positions; i += V.Width)
            {
                int n = Math.Min(V.Width, size.Positions - i);
                (((V.LoadPartial(u + i, n) - m) * s) - (V.LoadPartial(t + i, n) * p)).StorePartial(u + i, n);
            }
        }

        /// <summary><c>to = g · gate + ds · mean + share</c>.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Input<V>(T* g, T* gate, T* ds, T mean, T share, T* to)
            where V : struct, IVector<V, T>
        {
            V m = V.Broadcast(mean), s = V.Broadcast(share);
            int i = 0;
            for (; i <= size.Positions - V.Width; i += V.Width)
            {
                V.MultiplyAdd(V.Load(g + i), V.Load(gate + i), V.MultiplyAdd(V.Load(ds + i), m, s)).Store(to + i);
            }

            if (i < size.Positions)
            {
                int n = size.Positions - i;
                V.MultiplyAdd(V.LoadPartial(g + i, n), V.LoadPartial(gate + i, n), V.MultiplyAdd(V.LoadPartial(ds + i, n), m, s)).StorePartial(to + i, n);
            }
        }
    }
}
