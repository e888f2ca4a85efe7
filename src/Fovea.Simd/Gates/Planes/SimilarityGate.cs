using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Sweeps;

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
    /// <param name="end">What follows in the same sweep.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Forward<T>(
        int images, int groups, int channels, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, double epsilon,
        Span<T> y, Span<T> gates, Span<T> means, Span<T> normalized, Span<T> deviations, bool streaming,
        Epilogue<T> end = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check("similarityGate", images, groups, channels, positions, x.Length, y.Length, weight.Length, bias.Length, gates.Length, means.Length, normalized.Length, deviations.Length);
        Guard.LengthOrEmpty("similarityGate", "residual", x.Length, end.Residual.Length);
        var size = new Size(images, groups, channels, positions, epsilon);
        fixed (T* xAt = x, weightAt = weight, biasAt = bias, yAt = y, gatesAt = gates, meansAt = means, normalizedAt = normalized, deviationsAt = deviations)
        {
            var trip = new ForwardTrip<T>(size, xAt, weightAt, biasAt, yAt, gatesAt, meansAt, normalizedAt, deviationsAt);
            PlaneTrip.Write(trip, images * groups, channels * positions, positions, yAt, streaming, end);
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
            var trip = new BackwardTrip<T>(size, xAt, dyAt, weightAt, gatesAt, meansAt, normalizedAt, deviationsAt, dxAt, workAt, dWeightAt, dBiasAt);
            PlaneTrip.Write(trip, images * groups, channels * positions, positions, dxAt, streaming: false);
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

    private readonly struct ForwardTrip<T>(
        Size size, T* x, T* weight, T* bias, T* y, T* gates, T* means, T* normalized, T* deviations) : IPlaneTrip<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        void IPlaneTrip<T>.Run<TStore, TEnd, V>(int from, int to, T* residual, T floor)
        {
            int positions = size.Positions;
            T centre, scale;
            SweepTiles one = SweepTiles.Planes(1, positions);
            var whole = SweepTile.Plane(positions);
            Sweep<T> plane = new(one) { Floor = floor }, map = new(one);
            for (int group = from; group < to; group++)
            {
                nint first = (nint)group * size.Channels * positions;
                T* t = normalized + ((nint)group * positions);
                T* gate = gates + ((nint)group * positions);
                T* mean = means + ((nint)group * size.Channels);
                new Span<T>(t, positions).Clear();
                plane.G = plane.Y = t;
                for (int c = 0; c < size.Channels; c++)
                {
                    plane.X = x + first + ((nint)c * positions);
                    plane.A = mean + c;
                    mean[c] = T.CreateTruncating(PlaneLoop<PlaneSum, NoStore, NoEpilogue, V, T>.Run(plane, whole).First / positions);
                    PlaneLoop<MapAddScaled, CachedStore, NoEpilogue, V, T>.Run(plane, whole);
                }

                map.X = map.Y = t;
                centre = T.CreateTruncating(PlaneLoop<PlaneSum, NoStore, NoEpilogue, V, T>.Run(map, whole).First / positions);
                map.A = &centre;
                double squares = PlaneLoop<PlaneSquares, NoStore, NoEpilogue, V, T>.Run(map, whole).First;
                double deviation = Math.Sqrt(squares / Math.Max(1, positions - 1));
                deviations[group] = T.CreateTruncating(deviation);
                scale = T.CreateTruncating(1 / (deviation + size.Epsilon));
                map.B = &scale;
                PlaneLoop<Normalized, CachedStore, NoEpilogue, V, T>.Run(map, whole);
                map.Y = gate;
                map.A = weight + (group % size.Groups);
                map.B = bias + (group % size.Groups);
                PlaneLoop<AffineSigmoid, CachedStore, NoEpilogue, V, T>.Run(map, whole);
                plane.G = gate;
                for (int c = size.Channels - 1; c >= 0; c--)
                {
                    nint at = first + ((nint)c * positions);
                    plane.X = x + at;
                    plane.Y = y + at;
                    plane.Residual = residual + at;
                    PlaneLoop<MapProduct, TStore, TEnd, V, T>.Run(plane, whole);
                }
            }
        }
    }

    private readonly struct BackwardTrip<T>(
        Size size, T* x, T* dy, T* weight, T* gates, T* means, T* normalized, T* deviations, T* dx, T* work, T* dWeight, T* dBias) : IPlaneTrip<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        void IPlaneTrip<T>.Run<TStore, TEnd, V>(int from, int to, T* residual, T floor)
        {
            int positions = size.Positions;
            T mean, by, less, share;
            SweepTiles one = SweepTiles.Planes(1, positions);
            var whole = SweepTile.Plane(positions);
            Sweep<T> plane = new(one), dots = new(one), logits = new(one), similarities = new(one) { A = &by, B = &mean, C = &less };
            for (int group = from; group < to; group++)
            {
                nint first = (nint)group * size.Channels * positions;
                T* u = work + ((nint)group * positions);
                new Span<T>(u, positions).Clear();
                plane.P = plane.Y = u;
                for (int c = 0; c < size.Channels; c++)
                {
                    plane.X = x + first + ((nint)c * positions);
                    plane.G = dy + first + ((nint)c * positions);
                    PlaneLoop<MapAddProduct, TStore, TEnd, V, T>.Run(plane, whole);
                }

                logits.X = logits.Y = dots.X = similarities.X = similarities.Y = u;
                logits.G = plane.G = gates + ((nint)group * positions);
                dots.G = similarities.G = normalized + ((nint)group * positions);
                PlaneLoop<LogitGradient, TStore, TEnd, V, T>.Run(logits, whole);
                double sum = PlaneLoop<PlaneSum, NoStore, NoEpilogue, V, T>.Run(dots, whole).First;
                double dot = PlaneLoop<PlaneDot, NoStore, NoEpilogue, V, T>.Run(dots, whole).First;
                dBias[group] = T.CreateTruncating(sum);
                dWeight[group] = T.CreateTruncating(dot);
                double deviation = double.CreateTruncating(deviations[group]);
                double slope = double.CreateTruncating(weight[group % size.Groups]);

                // A flat map has no direction in which its deviation grows; t is 0 there.
                double pull = deviation > 0 ? slope * dot / (deviation * Math.Max(1, positions - 1)) : 0;
                mean = T.CreateTruncating(sum / positions);
                by = T.CreateTruncating(slope / (deviation + size.Epsilon));
                less = T.CreateTruncating(pull);
                PlaneLoop<NormalizedGradient, TStore, TEnd, V, T>.Run(similarities, whole);
                plane.B = &share;
                for (int c = size.Channels - 1; c >= 0; c--)
                {
                    nint at = first + ((nint)c * positions);
                    dots.G = x + at;
                    share = T.CreateTruncating(PlaneLoop<PlaneDot, NoStore, NoEpilogue, V, T>.Run(dots, whole).First / positions);
                    plane.X = dy + at;
                    plane.Y = dx + at;
                    plane.A = means + ((nint)group * size.Channels) + c;
                    PlaneLoop<InputGradient, TStore, TEnd, V, T>.Run(plane, whole);
                }
            }
        }
    }

    /// <summary><c>(x − a) · b</c>.</summary>
    private readonly struct Normalized : IReadsX, IReadsA, IReadsB
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => (o.X - o.A) * o.B;
    }

    /// <summary><c>(x − b) · a − g · c</c>: centred first, because on a nearly flat map the scale a is large.</summary>
    private readonly struct NormalizedGradient : IReadsX, IReadsG, IReadsA, IReadsB, IReadsC
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => ((o.X - o.B) * o.A) - (o.G * o.C);
    }

    /// <summary><c>x · gate + ds · mean + share</c>, with the gate in G, ds in P, the mean in A and the share in B.</summary>
    private readonly struct InputGradient : IReadsX, IReadsG, IReadsP, IReadsA, IReadsB
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => V.MultiplyAdd(o.X, o.G, V.MultiplyAdd(o.P, o.A, o.B));
    }
}
