using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Gates;
using Fovea.Simd.Reductions;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>
/// The global context block, image by image: with <c>p = softmax_i(Σ_c w_c x_c + bias)</c> and the context <c>s_c = Σ_i p_i x_ci</c>, both
/// of one read, <c>y = x · σ(multiply(s)) + add(s)</c>. Inputs: x, w [1, C, 1, 1], its bias [1], then for each transform that there is,
/// multiply first, W1 [R, C, 1, 1], b1 [R], the norm's weight and bias [R, 1, 1], W2 [C, R, 1, 1], b2 [C]. Outputs: y, p [N, 1, H, W], and the
/// gate [N, C] ([N, 0] without multiply).
/// </summary>
/// <remarks>
/// Backward reads dy (and x, where it multiplies) for the channels' sums, x once more for <c>Σ_c ds·x</c> a position and with that the
/// gradient of w, and writes <c>dx = dy·gate + ds·p + w·d logit</c>. A bias that is added to every logit changes no softmax: its gradient
/// is 0.
/// </remarks>
internal sealed class ContextGateOp(bool multiplies, bool adds, double epsilon) : GateOp, ISampledOp, IDecomposable
{
    private const int FirstTransform = 3;

    public static IEnumerable<OpSample> Samples =>
    [
        Sample(true, false, 1e-5, [2, 6, 5, 7], 4),
        Sample(false, true, 1e-5, [2, 6, 5, 7], 4),
        Sample(true, true, 1e-5, [2, 6, 5, 7], 4),
        Sample(false, true, 1e-5, [1, 17, 3, 7], 5),
        Sample(true, false, 1e-3, [3, 1, 2, 3], 3),
        Sample(true, true, 1e-5, [1, 3, 50, 45], 3),
        Sample(false, true, 1e-5, [2, 70, 9, 10], 3),
        Sample(true, false, 1e-5, [0, 3, 2, 3], 2),
    ];

    public override string Name => "context_gate";

    public override OpAttributes Attributes => new() { { "multiplies", multiplies }, { "adds", adds }, { "epsilon", epsilon } };

    public bool Multiplies => multiplies;

    public bool Adds => adds;

    public double Epsilon => epsilon;

    private ContextTransform Multiply => new(FirstTransform, epsilon);

    private ContextTransform Add => new(FirstTransform + (multiplies ? ContextTransform.Inputs : 0), epsilon);

    private int InputCount => FirstTransform + ((multiplies ? 1 : 0) + (adds ? 1 : 0)) * ContextTransform.Inputs;

    public override bool IsOutputDifferentiable(int output) => output == 0;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        Shape x = inputs[0].Shape;
        OpCost cost = new OpCost(2L * x.Elements, 11L * x[0] * x.Product(2, x.Rank)) + OpCost.PerElement(inputs[0], (multiplies ? 1 : 0) + (adds ? 1 : 0));
        cost = multiplies ? cost + Multiply.Cost(inputs) : cost;
        return adds ? cost + Add.Cost(inputs) : cost;
    }

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        Tensor x = inputs[0];
        (int n, int channels, int h, int w) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        Tensor weights = x.Conv2d(inputs[1], inputs[2]).Flatten(2).Softmax(-1);
        Tensor context = x.Flatten(2).MatMul(weights, transposeB: true).Reshape(n, channels, 1, 1);
        Tensor? gate = multiplies ? Multiply.Decompose(inputs, context).Sigmoid() : null;
        Tensor y = gate is null ? x : x * gate;
        y = adds ? y + Add.Decompose(inputs, context) : y;
        Tensor position = weights.Reshape(n, 1, h, w);
        return gate is null ? [y, position] : [y, position, gate.Flatten()];
    }

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        GateShapes.CheckMaps(Name, x);
        if (x.Rank != 4 || inputs.Length != InputCount)
        {
            throw new ShapeException(Name, $"maps [N, C, H, W] and {InputCount - 1} parameters", $"{x} and {inputs.Length - 1}");
        }

        GateShapes.CheckParameter(Name, "the positions' weight", [1, x[1], 1, 1], inputs[1], x);
        GateShapes.CheckParameter(Name, "the positions' bias", [1], inputs[2], x);
        if (multiplies)
        {
            Multiply.Check(Name, inputs);
        }

        if (adds)
        {
            Add.Check(Name, inputs);
        }

        return [x, [x[0], 1, x[2], x[3]], [x[0], multiplies ? x[1] : 0]];
    }

    protected internal override void Forward<T>(ForwardContext c, Epilogue<T> end)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int channels, int positions) = (shape[0], shape[1], shape.Product(2, 4));
        ReadOnlySpan<T> x = c.In<T>(0);
        Span<T> sums = c.Save<T>(n * channels);
        ContextTransform.Kept<T> scaling = multiplies ? Multiply.Save<T>(c, n) : default;
        ContextTransform.Kept<T> shifting = adds ? Add.Save<T>(c, n) : default;
        bool streaming = StreamingStores.Pay<T>(x.Length);
        int group = GateShapes.ImagesAtATime(shape, c.InputSpec(0).DType.Size());
        Span<T> shifts = c.Scratch<T>(adds ? group * channels : 0);
        Span<T> weights = c.OutOrScratch<T>(1, n * positions);
        Span<T> gates = c.OutOrScratch<T>(2, multiplies ? n * channels : 0);
        for (int image = 0; image < n; image += group)
        {
            int images = Math.Min(group, n - image);
            var part = new GroupRange(image, images, channels, positions);
            Span<T> s = sums[part.Planes];
            GateSweep.Softmax(images, channels, positions, x[part.Numbers], c.In<T>(1), c.In<T>(2)[0], weights[part.Positions], s);
            Span<T> a = multiplies ? gates[part.Planes] : default;
            Span<T> t = adds ? shifts[..(images * channels)] : default;
            if (multiplies)
            {
                Multiply.Forward<T>(c, image, images, s, scaling, a);
                Map.Run(a, a, default(Sigmoid));
            }

            if (adds)
            {
                Add.Forward<T>(c, image, images, s, shifting, t);
            }

            GateApply.Run(
                images, channels, positions, x[part.Numbers], a, default, t, default, default, default, default, c.Out<T>()[part.Numbers], streaming,
                end.Of(part.Numbers));
        }

        c.SaveInput(0);
        c.SaveInput(1);
        c.SaveOutput(1);
        c.SaveOutput(2);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int channels, int positions) = (shape[0], shape[1], shape.Product(2, 4));
        ReadOnlySpan<T> x = c.In<T>(0);
        ReadOnlySpan<T> dy = c.GradOut<T>();
        ReadOnlySpan<T> sums = c.Saved<T>(0, n * channels);
        ContextTransform.Trail<T> scaling = multiplies ? Multiply.Saved<T>(c, n, 1) : default;
        ContextTransform.Trail<T> shifting = adds ? Add.Saved<T>(c, n, 1 + (multiplies ? ContextTransform.Extras : 0)) : default;
        Span<T> dScales = c.Scratch<T>(multiplies ? n * channels : 0);
        Span<T> dShifts = c.Scratch<T>(adds ? n * channels : 0);
        Span<T> dWeights = c.Scratch<T>(n * channels);
        int group = GateShapes.ImagesAtATime(shape, 2 * c.InputSpec(0).DType.Size());
        Span<T> dSums = c.Scratch<T>(group * channels);
        Span<T> more = c.Scratch<T>(multiplies && adds ? group * channels : 0);
        Span<T> dLogits = c.Scratch<T>(group * positions);
        Span<T> dx = c.Needs(0) ? c.GradIn<T>(0) : default;
        bool streaming = StreamingStores.Pay<T>(x.Length);
        for (int image = 0; image < n; image += group)
        {
            int images = Math.Min(group, n - image);
            var part = new GroupRange(image, images, channels, positions);
            ReadOnlySpan<T> a = multiplies ? c.Out<T>(2)[part.Planes] : default;
            ReadOnlySpan<T> p = c.Out<T>(1)[part.Positions];
            Span<T> ds = dSums[..(images * channels)];
            Span<T> dz = dLogits[..(images * positions)];
            if (multiplies)
            {
                Span<T> da = dScales[part.Planes];
                PlanePool.Dot(images * channels, positions, x[part.Numbers], dy[part.Numbers], da);
                Zip.Run<SigmoidBackward, T>(a, da, da, default);
                Multiply.Backward<T>(c, image, images, scaling, da, ds);
            }

            if (adds)
            {
                Span<T> dt = dShifts[part.Planes];
                Span<T> to = multiplies ? more[..ds.Length] : ds;
                PlanePool.Sum(images * channels, positions, dy[part.Numbers], dt);
                Add.Backward<T>(c, image, images, shifting, dt, to);
                if (multiplies)
                {
                    Zip.Run<Simd.Functions.Add, T>(ds, to, ds, default);
                }
            }

            GateSweep.SoftmaxBackward(images, channels, positions, x[part.Numbers], p, sums[part.Planes], ds, dz, dWeights[part.Planes]);
            if (!dx.IsEmpty)
            {
                GateApply.Run(
                    images, channels, positions, dy[part.Numbers], a, default, default, ds, p, c.In<T>(1), dz, dx[part.Numbers], streaming);
            }
        }

        if (c.Needs(1))
        {
            Reduction.Sum(1, n, channels, dWeights, c.GradIn<T>(1));
        }

        if (c.Needs(2))
        {
            c.GradIn<T>(2).Clear();
        }

        if (multiplies)
        {
            Multiply.ParameterGradients<T>(c, n, scaling, sums, dScales);
        }

        if (adds)
        {
            Add.ParameterGradients<T>(c, n, shifting, sums, dShifts);
        }
    }

    private static OpSample Sample(bool multiplies, bool adds, double epsilon, Shape x, int reduced)
    {
        Shape[] transform = [[reduced, x[1], 1, 1], [reduced], [reduced, 1, 1], [reduced, 1, 1], [x[1], reduced, 1, 1], [x[1]]];
        Shape[] inputs = [x, [1, x[1], 1, 1], [1], .. multiplies ? transform : [], .. adds ? transform : []];
        return new OpSample(new ContextGateOp(multiplies, adds, epsilon), inputs) { Distinct = true, Range = (-0.6, 0.6) };
    }
}
