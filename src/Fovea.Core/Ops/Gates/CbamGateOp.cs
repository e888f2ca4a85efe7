using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Gates;
using Fovea.Simd.Reductions;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>
/// CBAM, or its spatial gate alone, image by image: <c>u = x · a</c> with the channel gate a = σ(MLP(mean) + MLP(max)), then
/// <c>y = u · b</c> with <c>b = σ(conv k×k([mean_C u; max_C u]))</c>. u is never written: the gated planes are made anew wherever they are
/// read. Inputs: x, the kernel [1, 2, k, k], its bias [1] if there is one, then with the channel gate W1, W2 and their biases if there
/// are any. Outputs: y, b [N, 1, H, W], and a [N, C] ([N, 0] without the channel gate).
/// </summary>
/// <remarks>
/// Backward, with g = dy: one sweep reads x and g for <c>Σ_c g·x·a</c> a position and <c>Σ_p g·x·b</c> a channel; the first goes back
/// through the convolution to the gradients of the two pools, k and t; a second sweep adds their part of the channel gate's gradient,
/// <c>Σ_p x·(k + t at the maximum's place)</c>; the third writes <c>dx = (g·b + k + t at its place)·a + d mean / positions</c>.
/// </remarks>
internal sealed class CbamGateOp(bool channel, bool mlpBias, bool convBias, bool meanFirst) : GateOp, ISampledOp, IDecomposable
{
    private static readonly GateMlp s_mlp = new(HasMean: true, HasMax: true, IsHard: false);

    public static IEnumerable<OpSample> Samples =>
    [
        new(new CbamGateOp(false, false, false, true), [2, 6, 5, 7], [1, 2, 3, 3]) { Distinct = true },
        new(new CbamGateOp(false, false, true, false), [1, 17, 9, 18], [1, 2, 7, 7], [1]) { Distinct = true },
        new(new CbamGateOp(false, false, false, true), [3, 1, 2, 3], [1, 2, 5, 5]) { Distinct = true },
        new(new CbamGateOp(false, false, false, true), [0, 3, 2, 3], [1, 2, 1, 1]) { Distinct = true },
        new(new CbamGateOp(true, false, false, true), [2, 5, 4, 6], [1, 2, 3, 3], [2, 5], [5, 2]) { Distinct = true },
        new(new CbamGateOp(true, true, true, false), [2, 7, 6, 5], [1, 2, 7, 7], [1], [3, 7], [7, 3], [3], [7]) { Distinct = true },
        new(new CbamGateOp(true, false, false, true), [1, 70, 3, 5], [1, 2, 3, 3], [4, 70], [70, 4]) { Distinct = true },
        new(new CbamGateOp(true, false, false, true), [1, 3, 50, 45], [1, 2, 3, 3], [2, 3], [3, 2]) { Distinct = true },
    ];

    public override string Name => channel ? "cbam_gate" : "spatial_gate";

    public override OpAttributes Attributes => new()
    {
        { "channel", channel }, { "mlp_bias", mlpBias }, { "conv_bias", convBias }, { "mean_first", meanFirst },
    };

    public bool HasChannelGate => channel;

    public bool MeanFirst => meanFirst;

    public bool HasConvBias => convBias;

    public bool HasMlpBias => mlpBias;

    private int W1 => convBias ? 3 : 2;

    private int B1 => mlpBias ? W1 + 2 : -1;

    private int InputCount => 2 + (convBias ? 1 : 0) + (channel ? 2 : 0) + (channel && mlpBias ? 2 : 0);

    public override bool IsOutputDifferentiable(int output) => output == 0;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        Shape x = inputs[0].Shape;
        long places = (long)x[0] * x.Product(2, x.Rank);
        var cost = new OpCost(places * inputs[1].Shape.Elements, (3 * (long)x.Elements) + places);
        return channel ? cost + OpCost.PerElement(inputs[0], 4) + s_mlp.Cost(x[0], x[1], inputs[W1].Shape[0]) : cost;
    }

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        (Tensor x, Tensor kernel) = (inputs[0], inputs[1]);
        Tensor gate = channel
            ? s_mlp.Decompose(x, inputs[W1], inputs[W1 + 1], mlpBias ? inputs[B1] : null, mlpBias ? inputs[B1 + 1] : null)
            : Tensor.Zeros([x.Shape[0], 0], x.DType);
        Tensor u = channel ? x * GateShapes.OverPositions(gate, x) : x;
        (Tensor mean, Tensor max) = (u.Mean([1], keepDim: true), u.Max(1, keepDim: true));
        Tensor pooled = meanFirst ? Tensor.Concat([mean, max], 1) : Tensor.Concat([max, mean], 1);
        Tensor position = pooled.Conv2d(kernel, convBias ? inputs[2] : null, padding: kernel.Shape[2] / 2).Sigmoid();
        return [u * position, position, gate];
    }

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        GateShapes.CheckMaps(Name, x);
        if (x.Rank != 4 || inputs.Length != InputCount)
        {
            throw new ShapeException(Name, $"maps [N, C, H, W] and {InputCount - 1} parameters", $"{x} and {inputs.Length - 1}");
        }

        Shape kernel = inputs[1].Shape;
        if (kernel.Rank != 4 || kernel.Product(0, 2) != 2 || kernel[1] != 2 || kernel[2] != kernel[3] || kernel[2] % 2 == 0)
        {
            throw new ShapeException(Name, "a kernel [1, 2, k, k] with odd k", kernel.ToString());
        }

        if (convBias)
        {
            GateShapes.CheckParameter(Name, "the convolution's bias", [1], inputs[2], x);
        }

        if (channel)
        {
            GateMlp.Check(Name, x, inputs[W1], inputs[W1 + 1], mlpBias ? inputs[B1] : null, mlpBias ? inputs[B1 + 1] : null);
        }

        return [x, [x[0], 1, x[2], x[3]], [x[0], channel ? x[1] : 0]];
    }

    protected internal override void Forward<T>(ForwardContext c, Epilogue<T> end)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int channels, int height, int width) = (shape[0], shape[1], shape[2], shape[3]);
        int positions = height * width;
        int kernel = c.InputSpec(1).Shape[2];
        int reduced = channel ? c.InputSpec(W1).Shape[0] : 0;
        int keptPerImage = s_mlp.KeptPerImage(reduced);
        ReadOnlySpan<T> x = c.In<T>(0);
        Span<T> channelGates = c.OutOrScratch<T>(2, channel ? n * channels : 0);
        Span<T> positionGates = c.OutOrScratch<T>(1, n * positions);
        Span<T> kept = c.Save<T>(n * keptPerImage);
        Span<T> means = c.Save<T>(channel ? n * channels : 0);
        Span<T> tops = c.Save<T>(channel ? n * channels : 0);
        Span<int> planePlaces = c.Save<int>(channel && c.Recording ? n * channels : 0);
        Span<T> pooled = c.Save<T>(2 * n * positions);
        Span<T> places = c.Save<T>(c.Recording ? n * positions : 0);
        bool streaming = StreamingStores.Pay<T>(x.Length);
        int group = GateShapes.ImagesAtATime(shape, c.InputSpec(0).DType.Size());
        for (int image = 0; image < n; image += group)
        {
            int images = Math.Min(group, n - image);
            var part = new GroupRange(image, images, channels, positions);
            Span<T> a = channel ? channelGates[part.Planes] : default;
            if (channel)
            {
                PlanePool.MeanMax(
                    images * channels, positions, x[part.Numbers], means[part.Planes], tops[part.Planes],
                    planePlaces.IsEmpty ? default : planePlaces[part.Planes]);
                s_mlp.Forward(
                    images, reduced, channels, c.In<T>(W1), c.In<T>(W1 + 1), mlpBias ? c.In<T>(B1) : default, mlpBias ? c.In<T>(B1 + 1) : default,
                    means[part.Planes], tops[part.Planes], kept.Slice(image * keptPerImage, images * keptPerImage), a);
            }

            Span<T> pools = pooled.Slice(2 * image * positions, 2 * images * positions);
            PositionPool.MeanMax(
                images, channels, positions, x[part.Numbers], a, pools, meanFirst, places.IsEmpty ? default : places[part.Positions]);
            Span<T> b = positionGates[part.Positions];
            PlaneConvolution.Run(
                images, 2, 1, height, width, kernel, pools, c.In<T>(1), transposed: false, convBias ? c.In<T>(2)[0] : T.Zero, b);
            Map.Run(b, b, default(Sigmoid));
            ChannelPositionGate.Scale<ProductGate, T>(
                images, channels, positions, x[part.Numbers], a, b, c.Out<T>()[part.Numbers], streaming, end.Of(part.Numbers));
        }

        c.SaveOutput(1);
        c.SaveOutput(2);
        for (int i = 0; i < c.InputCount; i++)
        {
            c.SaveInput(i);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int channels, int height, int width) = (shape[0], shape[1], shape[2], shape[3]);
        int positions = height * width;
        int kernel = c.InputSpec(1).Shape[2];
        int reduced = channel ? c.InputSpec(W1).Shape[0] : 0;
        int keptPerImage = s_mlp.KeptPerImage(reduced);
        int ofChannels = channel ? n * channels : 0;
        ReadOnlySpan<T> x = c.In<T>(0);
        ReadOnlySpan<T> dy = c.GradOut<T>();
        ReadOnlySpan<T> kept = c.Saved<T>(0, n * keptPerImage);
        ReadOnlySpan<T> means = c.Saved<T>(1, ofChannels);
        ReadOnlySpan<T> tops = c.Saved<T>(2, ofChannels);
        ReadOnlySpan<int> planePlaces = c.Saved<int>(3, ofChannels);
        ReadOnlySpan<T> pooled = c.Saved<T>(4, 2 * n * positions);
        ReadOnlySpan<T> places = c.Saved<T>(5, n * positions);
        int group = GateShapes.ImagesAtATime(shape, 2 * c.InputSpec(0).DType.Size());
        Span<T> dGates = c.Scratch<T>(Math.Max(ofChannels, group * channels));
        Span<T> routed = c.Scratch<T>(channel ? group * channels : 0);
        Span<T> work = c.Scratch<T>(n * keptPerImage);
        Span<T> dLogits = c.Scratch<T>(n * positions);
        Span<T> dPools = c.Scratch<T>(2 * group * positions);
        Span<T> dPlanes = c.Scratch<T>(2 * group * positions);
        Span<T> dMeans = c.Scratch<T>(channel ? group * channels : 0);
        Span<T> dTops = c.Scratch<T>(channel ? group * channels : 0);
        Span<T> dx = c.Needs(0) ? c.GradIn<T>(0) : default;
        Span<T> dKernel = c.Needs(1) ? c.GradIn<T>(1) : default;
        dKernel.Clear();
        bool streaming = StreamingStores.Pay<T>(x.Length);
        T shareOfChannels = T.One / T.CreateTruncating(channels);
        T shareOfPositions = T.One / T.CreateTruncating(positions);
        for (int image = 0; image < n; image += group)
        {
            int images = Math.Min(group, n - image);
            var part = new GroupRange(image, images, channels, positions);
            ReadOnlySpan<T> a = channel ? c.Out<T>(2)[part.Planes] : default;
            ReadOnlySpan<T> b = c.Out<T>(1)[part.Positions];
            Span<T> da = channel ? dGates[part.Planes] : dGates[..(images * channels)];
            Span<T> db = dLogits[part.Positions];
            ChannelPositionGate.Backward<ProductGate, T>(
                images, channels, positions, x[part.Numbers], dy[part.Numbers], a, b, da, db, default, streaming: false);
            Zip.Run<SigmoidBackward, T>(b, db, db, default);
            ReadOnlySpan<T> pools = pooled.Slice(2 * image * positions, 2 * images * positions);
            if (!dKernel.IsEmpty)
            {
                PlaneConvolution.AddWeightGradient(images, 2, height, width, kernel, pools, db, dKernel);
            }

            Span<T> both = dPools[..(2 * images * positions)];
            PlaneConvolution.Run(images, 1, 2, height, width, kernel, db, c.In<T>(1), transposed: true, T.Zero, both);
            Span<T> k = dPlanes[..(images * positions)];
            Span<T> t = dPlanes.Slice(group * positions, images * positions);
            Split(images, positions, both, shareOfChannels, k, t);
            Span<T> shift = default;
            if (channel)
            {
                Span<T> more = routed[..(images * channels)];
                PositionRoute.Dot(images, channels, positions, x[part.Numbers], k, t, places[part.Positions], more);
                Zip.Run<Add, T>(da, more, da, default);
                shift = dMeans[..(images * channels)];
                s_mlp.Backward(
                    images, reduced, channels, c.In<T>(W1), c.In<T>(W1 + 1), a, kept.Slice(image * keptPerImage, images * keptPerImage), da,
                    work.Slice(image * keptPerImage, images * keptPerImage), shift, dTops[..(images * channels)]);
                Map.Run(shift, shift, new Scale(double.CreateTruncating(shareOfPositions)));
            }

            if (dx.IsEmpty)
            {
                continue;
            }

            PositionRoute.Scale(
                images, channels, positions, dy[part.Numbers], b, k, t, places[part.Positions], a, shift, dx[part.Numbers], streaming);
            for (int i = 0; i < shift.Length; i++)
            {
                int plane = (image * channels) + i;
                dx[(plane * positions) + planePlaces[plane]] += dTops[i];
            }
        }

        if (convBias && c.Needs(2))
        {
            Reduction.Sum(1, dLogits.Length, 1, dLogits, c.GradIn<T>(2));
        }

        if (channel)
        {
            s_mlp.ParameterGradients(c, n, W1, B1, means, tops, kept, dGates[..ofChannels], work);
        }
    }

    /// <summary>From [images, 2, positions] to the mean's planes, divided by the channels, and the maximum's.</summary>
    private void Split<T>(int images, int positions, ReadOnlySpan<T> both, T share, Span<T> mean, Span<T> max)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        for (int image = 0; image < images; image++)
        {
            ReadOnlySpan<T> first = both.Slice(2 * image * positions, positions);
            ReadOnlySpan<T> second = both.Slice(((2 * image) + 1) * positions, positions);
            Map.Run(meanFirst ? first : second, mean.Slice(image * positions, positions), new Scale(double.CreateTruncating(share)));
            (meanFirst ? second : first).CopyTo(max.Slice(image * positions, positions));
        }
    }
}
