using Fovea.Simd.Drivers;
using Fovea.Simd.Gates;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>
/// Shuffle attention, forward and backward in one trip of each plane through the cache. The channels form groups of two halves; in the
/// first every plane is gated by its mean, <c>x · σ(cw · mean + cb)</c>, in the second every number by itself,
/// <c>x · σ(sw · (γ · (x − mean) / √(variance + ε) + β) + sb)</c>; each plane is written where the channel shuffle by 2 puts it.
/// Inputs: x [N, C, H, W], then cw, cb, sw, sb [1, h, 1, 1] and γ, β [h] for halves of h channels.
/// </summary>
internal sealed class ShuffleGateOp(int groups, double epsilon) : GateOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        Sample(1, [2, 4, 5, 7]),
        Sample(2, [2, 8, 3, 3]),
        Sample(3, [1, 6, 4, 17]),
        Sample(2, [2, 4, 1, 1]),
        Sample(2, [0, 8, 2, 2]),
    ];

    public override string Name => "shuffle_gate";

    public override OpAttributes Attributes => new() { { "groups", groups }, { "epsilon", epsilon } };

    public int Groups => groups;

    public double Epsilon => epsilon;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0], 7);

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        Tensor x = inputs[0];
        (int n, int channels, int h, int w) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        int half = channels / (2 * groups);
        Tensor[] halves = x.Reshape(n * groups, 2 * half, h, w).Split(half, 1);
        Tensor mean = halves[0].Mean([2, 3], keepDim: true);
        Tensor channel = halves[0] * (mean * inputs[1] + inputs[2]).Sigmoid();
        Tensor position = halves[1] * (halves[1].GroupNorm(half, inputs[5], inputs[6], epsilon) * inputs[3] + inputs[4]).Sigmoid();
        return [Tensor.Concat([channel, position], 1).Reshape(n, channels, h, w).ChannelShuffle(2)];
    }

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        GateShapes.CheckMaps(Name, x);
        if (x.Rank != 4 || x[1] % (2 * groups) != 0 || inputs.Length != 7)
        {
            throw new ShapeException(Name, $"maps [N, C, H, W] of a multiple of {2 * groups} channels, and 6 parameters", $"{x} and {inputs.Length - 1}");
        }

        int half = x[1] / (2 * groups);
        for (int i = 1; i < 7; i++)
        {
            GateShapes.CheckParameter(Name, "a parameter", i < 5 ? [1, half, 1, 1] : [half], inputs[i], x);
        }

        return x;
    }

    protected internal override void Forward<T>(ForwardContext c, Epilogue<T> end)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int count, int half, int positions) = Sizes(shape);
        ReadOnlySpan<T> x = c.In<T>(0);
        Span<T> channelMeans = c.Save<T>(count);
        Span<T> gates = c.Save<T>(count);
        Span<T> means = c.Save<T>(count);
        Span<T> rates = c.Save<T>(count);
        Span<T> slopes = c.Scratch<T>(half);
        Span<T> offsets = c.Scratch<T>(half);
        Affine(c.In<T>(3), c.In<T>(4), c.In<T>(5), c.In<T>(6), slopes, offsets);
        Span<int> sources = c.Scratch<int>(count);
        Span<int> targets = c.Scratch<int>(count);
        bool streaming = StreamingStores.Pay<T>(x.Length);
        PlaneRoute first = Route(shape, second: false, sources, targets);
        PlaneMeanGate.Forward(count, positions, x, first, c.In<T>(1), c.In<T>(2), c.Out<T>(), channelMeans, gates, streaming, end);
        PlaneRoute second = Route(shape, second: true, sources, targets);
        PlaneSelfGate.Forward<NormalizedSelfGate, T>(
            count, positions, x, second, slopes, offsets, epsilon, c.Out<T>(), means, rates, streaming, end);
        for (int i = 0; i < 7; i++)
        {
            c.SaveInput(i);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int count, int half, int positions) = Sizes(shape);
        ReadOnlySpan<T> x = c.In<T>(0);
        ReadOnlySpan<T> dy = c.GradOut<T>();
        ReadOnlySpan<T> rates = c.Saved<T>(3, count);
        Span<T> dx = c.Needs(0) ? c.GradIn<T>(0) : c.Scratch<T>(shape.Elements);
        Span<T> slopes = c.Scratch<T>(half);
        Span<T> offsets = c.Scratch<T>(half);
        Affine(c.In<T>(3), c.In<T>(4), c.In<T>(5), c.In<T>(6), slopes, offsets);
        Span<int> sources = c.Scratch<int>(count);
        Span<int> targets = c.Scratch<int>(count);
        Span<T> dLogits = c.Scratch<T>(count);
        PlaneRoute first = Route(shape, second: false, sources, targets);
        PlaneMeanGate.Backward(
            count, positions, x, dy, first, c.In<T>(1), c.Saved<T>(1, count), dx, dLogits, StreamingStores.Pay<T>(x.Length));
        Span<T> sums = c.Scratch<T>(count);
        Span<T> turned = c.Scratch<T>(count);
        PlaneRoute second = Route(shape, second: true, sources, targets);
        PlaneSelfGate.Backward<NormalizedSelfGate, T>(
            count, positions, x, dy, second, slopes, offsets, c.Saved<T>(2, count), rates, dx, sums, turned);
        for (int j = 0; j < half; j++)
        {
            // By the means, by one, by the normalised numbers, by one.
            double weight = 0, bias = 0, slope = 0, offset = 0;
            for (int p = j; p < count; p += half)
            {
                double dLogit = double.CreateTruncating(dLogits[p]);
                weight += dLogit * double.CreateTruncating(c.Saved<T>(0, count)[p]);
                bias += dLogit;
                slope += double.CreateTruncating(turned[p]) * double.CreateTruncating(rates[p]);
                offset += double.CreateTruncating(sums[p]);
            }

            double spatial = double.CreateTruncating(c.In<T>(3)[j]);
            Put<T>(c, 1, j, weight);
            Put<T>(c, 2, j, bias);
            Put<T>(c, 3, j, (slope * double.CreateTruncating(c.In<T>(5)[j])) + (offset * double.CreateTruncating(c.In<T>(6)[j])));
            Put<T>(c, 4, j, offset);
            Put<T>(c, 5, j, slope * spatial);
            Put<T>(c, 6, j, offset * spatial);
        }
    }

    private static OpSample Sample(int groups, Shape x)
    {
        Shape parameter = [1, x[1] / (2 * groups), 1, 1];
        Shape norm = [x[1] / (2 * groups)];
        return new(new ShuffleGateOp(groups, 1e-3), x, parameter, parameter, parameter, parameter, norm, norm);
    }

    /// <summary>Both affine maps of the second half in one: slope sw·γ, offset sw·β + sb.</summary>
    private static void Affine<T>(
        ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta, Span<T> slopes, Span<T> offsets)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < slopes.Length; i++)
        {
            slopes[i] = weight[i] * gamma[i];
            offsets[i] = (weight[i] * beta[i]) + bias[i];
        }
    }

    private static void Put<T>(BackwardContext c, int input, int at, double value)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (c.Needs(input))
        {
            c.GradIn<T>(input)[at] = T.CreateTruncating(value);
        }
    }

    /// <summary>The planes of one of the halves of all groups, and where the shuffle puts them.</summary>
    private PlaneRoute Route(Shape x, bool second, Span<int> sources, Span<int> targets)
    {
        int channels = x[1];
        int half = channels / (2 * groups);
        int at = 0;
        for (int image = 0; image < x[0]; image++)
        {
            for (int group = 0; group < groups; group++)
            {
                for (int j = 0; j < half; j++)
                {
                    int channel = (((2 * group) + (second ? 1 : 0)) * half) + j;
                    sources[at] = (image * channels) + channel;
                    targets[at++] = (image * channels) + (2 * (channel % (channels / 2))) + (channel / (channels / 2));
                }
            }
        }

        return new PlaneRoute(sources, targets);
    }

    private (int Planes, int Half, int Positions) Sizes(Shape x) => (x[0] * x[1] / 2, x[1] / (2 * groups), x[2] * x[3]);
}
