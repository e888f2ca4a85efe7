using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Gates;
using Fovea.Simd.Reductions;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>
/// Concurrent squeeze and excitation, image by image: <c>y = x · (a + b)</c> with the channel gate <c>a = σ(MLP(mean_i x))</c> and the
/// position gate <c>b = σ(Σ_c w_c x_c + bias)</c>, whose statistics come of one read. Inputs: x, w [1, C, 1, 1], its bias [1], W1 [R, C, 1, 1],
/// W2 [C, R, 1, 1], b1 [R], b2 [C]. Outputs: y, b [N, 1, H, W], a [N, C].
/// </summary>
/// <remarks>
/// Backward reads x and dy once for <c>Σ_i x·dy</c> a channel, <c>Σ_c x·dy</c> a position and with that the gradient of w; once more it
/// reads dy and writes <c>dx = dy·(a + b) + d mean / positions + w·d logit</c>.
/// </remarks>
internal sealed class ConcurrentGateOp : GateOp, ISampledOp, IDecomposable
{
    private const int W1 = 3;
    private const int B1 = 5;
    private static readonly GateMlp s_mlp = new(HasMean: true, HasMax: false, IsHard: false);

    public static IEnumerable<OpSample> Samples =>
    [
        new(new ConcurrentGateOp(), [2, 6, 5, 7], [1, 6, 1, 1], [1], [2, 6, 1, 1], [6, 2, 1, 1], [2], [6]) { Distinct = true },
        new(new ConcurrentGateOp(), [1, 17, 9, 18], [1, 17, 1, 1], [1], [3, 17, 1, 1], [17, 3, 1, 1], [3], [17]) { Distinct = true },
        new(new ConcurrentGateOp(), [3, 1, 2, 3], [1, 1, 1, 1], [1], [1, 1, 1, 1], [1, 1, 1, 1], [1], [1]) { Distinct = true },
        new(new ConcurrentGateOp(), [1, 3, 50, 45], [1, 3, 1, 1], [1], [2, 3, 1, 1], [3, 2, 1, 1], [2], [3]) { Distinct = true },
        new(new ConcurrentGateOp(), [0, 3, 2, 3], [1, 3, 1, 1], [1], [2, 3, 1, 1], [3, 2, 1, 1], [2], [3]) { Distinct = true },
    ];

    public override string Name => "concurrent_gate";

    public override OpAttributes Attributes => OpAttributes.None;

    public override bool IsOutputDifferentiable(int output) => output == 0;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        Shape x = inputs[0].Shape;
        return new OpCost(x.Elements, 0) + OpCost.PerElement(inputs[0], 3) + s_mlp.Cost(x[0], x[1], inputs[W1].Shape[0]);
    }

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        Tensor x = inputs[0];
        Tensor hidden = x.Mean([2, 3], keepDim: true).Conv2d(inputs[W1], inputs[B1]).Relu();
        Tensor channel = hidden.Conv2d(inputs[W1 + 1], inputs[B1 + 1]).Sigmoid();
        Tensor position = x.Conv2d(inputs[1], inputs[2]).Sigmoid();
        return [x * (channel + position), position, channel.Flatten()];
    }

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        GateShapes.CheckMaps(Name, x);
        if (x.Rank != 4 || inputs.Length != 7)
        {
            throw new ShapeException(Name, "maps [N, C, H, W] and 6 parameters", $"{x} and {inputs.Length - 1}");
        }

        GateShapes.CheckParameter(Name, "the positions' weight", [1, x[1], 1, 1], inputs[1], x);
        GateShapes.CheckParameter(Name, "the positions' bias", [1], inputs[2], x);
        GateMlp.Check(Name, x, GateShapes.Matrix(inputs[W1]), GateShapes.Matrix(inputs[W1 + 1]), inputs[B1], inputs[B1 + 1]);
        return [x, [x[0], 1, x[2], x[3]], [x[0], x[1]]];
    }

    protected internal override void Forward<T>(ForwardContext c, Epilogue<T> end)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int channels, int positions) = (shape[0], shape[1], shape.Product(2, 4));
        int reduced = c.InputSpec(W1).Shape[0];
        int keptPerImage = s_mlp.KeptPerImage(reduced);
        ReadOnlySpan<T> x = c.In<T>(0);
        Span<T> kept = c.Save<T>(n * keptPerImage);
        Span<T> means = c.Save<T>(n * channels);
        Span<T> positionGates = c.OutOrScratch<T>(1, n * positions);
        Span<T> channelGates = c.OutOrScratch<T>(2, n * channels);
        bool streaming = StreamingStores.Pay<T>(x.Length);
        int group = GateShapes.ImagesAtATime(shape, c.InputSpec(0).DType.Size());
        for (int image = 0; image < n; image += group)
        {
            int images = Math.Min(group, n - image);
            var part = new GroupRange(image, images, channels, positions);
            Span<T> a = channelGates[part.Planes];
            Span<T> b = positionGates[part.Positions];
            GateSweep.Gate(images, channels, positions, x[part.Numbers], c.In<T>(1), c.In<T>(2)[0], b, means[part.Planes]);
            s_mlp.Forward(
                images, reduced, channels, c.In<T>(W1), c.In<T>(W1 + 1), c.In<T>(B1), c.In<T>(B1 + 1), means[part.Planes], default,
                kept.Slice(image * keptPerImage, images * keptPerImage), a);
            GateApply.Run(
                images, channels, positions, x[part.Numbers], a, b, default, default, default, default, default, c.Out<T>()[part.Numbers], streaming,
                end.Of(part.Numbers));
        }

        c.SaveInput(0);
        c.SaveInput(1);
        c.SaveInput(W1);
        c.SaveInput(W1 + 1);
        c.SaveOutput(1);
        c.SaveOutput(2);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int channels, int positions) = (shape[0], shape[1], shape.Product(2, 4));
        int reduced = c.InputSpec(W1).Shape[0];
        int keptPerImage = s_mlp.KeptPerImage(reduced);
        ReadOnlySpan<T> x = c.In<T>(0);
        ReadOnlySpan<T> dy = c.GradOut<T>();
        ReadOnlySpan<T> kept = c.Saved<T>(0, n * keptPerImage);
        ReadOnlySpan<T> means = c.Saved<T>(1, n * channels);
        Span<T> dGates = c.Scratch<T>(n * channels);
        Span<T> dWeights = c.Scratch<T>(n * channels);
        Span<T> dLogits = c.Scratch<T>(n * positions);
        Span<T> work = c.Scratch<T>(n * keptPerImage);
        int group = GateShapes.ImagesAtATime(shape, 2 * c.InputSpec(0).DType.Size());
        Span<T> dMeans = c.Scratch<T>(group * channels);
        Span<T> dx = c.Needs(0) ? c.GradIn<T>(0) : default;
        bool streaming = StreamingStores.Pay<T>(x.Length);
        for (int image = 0; image < n; image += group)
        {
            int images = Math.Min(group, n - image);
            var part = new GroupRange(image, images, channels, positions);
            ReadOnlySpan<T> a = c.Out<T>(2)[part.Planes];
            ReadOnlySpan<T> b = c.Out<T>(1)[part.Positions];
            Span<T> dMean = dMeans[..(images * channels)];
            GateSweep.GateBackward(
                images, channels, positions, x[part.Numbers], dy[part.Numbers], b, dGates[part.Planes], dLogits[part.Positions],
                dWeights[part.Planes]);
            s_mlp.Backward(
                images, reduced, channels, c.In<T>(W1), c.In<T>(W1 + 1), a, kept.Slice(image * keptPerImage, images * keptPerImage),
                dGates[part.Planes], work.Slice(image * keptPerImage, images * keptPerImage), dMean, default);
            if (!dx.IsEmpty)
            {
                Map.Run(dMean, dMean, new Scale(1.0 / positions));
                GateApply.Run(
                    images, channels, positions, dy[part.Numbers], a, b, dMean, default, default, c.In<T>(1), dLogits[part.Positions],
                    dx[part.Numbers], streaming);
            }
        }

        if (c.Needs(1))
        {
            Reduction.Sum(1, n, channels, dWeights, c.GradIn<T>(1));
        }

        if (c.Needs(2))
        {
            Reduction.Sum(1, dLogits.Length, 1, dLogits, c.GradIn<T>(2));
        }

        s_mlp.ParameterGradients(c, n, W1, B1, means, default, kept, dGates, work);
    }
}
