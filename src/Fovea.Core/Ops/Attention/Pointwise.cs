using Fovea.Simd.Attention;
using Kernel = Fovea.Simd.Attention.Pointwise;

namespace Fovea;

/// <summary>The rules of point-wise spatial attention.</summary>
/// <param name="Mask">Rows and columns of the window, odd.</param>
/// <param name="Distribute">Whether owners give rather than take.</param>
/// <param name="Softmax">Whether weights are a softmax over the sources.</param>
/// <param name="Masked">Whether pairs outside the window have the logit −∞ rather than 0.</param>
/// <param name="Scale">Factor of the result.</param>
internal readonly record struct PointwiseRules(Size2 Mask, bool Distribute, bool Softmax, bool Masked, double Scale);

internal sealed class PointwiseOp(PointwiseRules rules) : FloatOp, ISampledOp, IDecomposable
{
    // Features, maps. Beside the result come the softmax's statistics, see the kernel. Windows smaller and larger than the map, and narrow enough for tiles that are not whole rows.
    public static IEnumerable<OpSample> Samples =>
        from distribute in new[] { false, true }
        from sample in new[]
        {
            Sample(new((3, 5), distribute, true, false, 1), 2, 3, 4, 7),
            Sample(new((3, 3), distribute, true, false, 0.5), 1, 3, 9, 6),
            Sample(new((5, 3), distribute, true, true, 1), 1, 2, 6, 5),
            Sample(new((3, 3), distribute, false, false, 0.2), 2, 2, 3, 5),
            Sample(new((9, 11), distribute, true, false, 1), 1, 4, 5, 6),
            Sample(new((7, 5), distribute, true, true, 1), 2, 2, 3, 2),
            Sample(new((3, 3), distribute, true, false, 2), 1, 3, 11, 45),
            Sample(new((1, 1), distribute, true, false, 1), 1, 2, 2, 3),
            Sample(new((3, 5), distribute, true, false, 1), 1, 3, 1, 70),
            Sample(new((1, 3), distribute, true, true, 1), 1, 130, 5, 37),
            Sample(new((5, 5), distribute, true, false, 1), 2, 1, 1, 1),
            Sample(new((3, 3), distribute, true, false, 1), 0, 2, 3, 3),
            Sample(new((3, 3), distribute, true, false, 1), 2, 0, 3, 3),
            Sample(new((3, 3), distribute, true, false, 1), 2, 2, 0, 3),
        }
        select sample;

    public override string Name => "pointwise_attention";

    public override OpAttributes Attributes => new()
    {
        { "mask", rules.Mask }, { "distribute", rules.Distribute }, { "softmax", rules.Softmax }, { "masked", rules.Masked },
        { "scale", rules.Scale },
    };

    public PointwiseRules Rules => rules;

    public override bool IsOutputDifferentiable(int output) => output == 0;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        Shape x = inputs[0].Shape;
        long rows = Math.Min(rules.Mask.Height, Math.Max(0, (2L * x[2]) - 1));
        long columns = Math.Min(rules.Mask.Width, Math.Max(0, (2L * x[3]) - 1));
        long pairs = (long)x[0] * x[2] * x[3] * rows * columns;
        long positions = (long)x[2] * x[3];
        return new(pairs * x[1], pairs * (rules.Softmax ? 11 : 1)) { RelationElements = x[0] * positions * positions };
    }

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        (Tensor x, Tensor maps) = (inputs[0], inputs[1]);
        (int n, int positions, int width) = (x.Shape[0], x.Shape[2] * x.Shape[3], x.Shape[3]);
        long[] places = new long[positions * positions];
        bool[] outside = new bool[places.Length];
        for (int i = 0; i < places.Length; i++)
        {
            // Target by target, over the sources. The owner of a map says how much another position means to it.
            (int target, int source) = (i / positions, i % positions);
            (int owner, int other) = rules.Distribute ? (source, target) : (target, source);
            int dy = (other / width) - (owner / width) + (rules.Mask.Height / 2);
            int dx = (other % width) - (owner % width) + (rules.Mask.Width / 2);
            outside[i] = dy < 0 || dx < 0 || dy >= rules.Mask.Height || dx >= rules.Mask.Width;
            places[i] = outside[i] ? 0 : (((dy * rules.Mask.Width) + dx) * positions) + owner;
        }

        Tensor logits = maps.Reshape(n, maps.Shape[1] * positions).IndexSelect(1, Tensor.From(places)).Reshape(n, positions, positions)
            .MaskedFill(Tensor.From(outside, [positions, positions]), rules.Masked && rules.Softmax ? double.NegativeInfinity : 0);
        Tensor weights = rules.Softmax ? logits.Softmax(2) : logits;
        return [(x.Reshape(n, x.Shape[1], positions).MatMul(weights, transposeB: true) * rules.Scale).Reshape(x.Shape.Lengths)];
    }

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        (Shape x, Shape maps) = (inputs[0].Shape, inputs[1].Shape);
        int cells = checked(rules.Mask.Height * rules.Mask.Width);
        if (x.Rank != 4)
        {
            throw new ShapeException(Name, "features [N, C, H, W]", x.ToString());
        }

        return maps == x.With(1, cells)
            ? [x, checked([3, x[0], x[2], x[3]])]
            : throw new ShapeException(Name, $"maps {x.With(1, cells)} for the features {x} and a window of {rules.Mask}", maps.ToString());
    }

    protected override void Forward<T>(ForwardContext c)
    {
        PointwiseShape shape = Sizes(c.InputSpec(0).Shape);
        Kernel.Forward(shape, c.In<T>(0), c.In<T>(1), T.CreateTruncating(rules.Scale), c.Out<T>(0), c.Out<T>(1));
        c.SaveInput(0);
        c.SaveInput(1);
        c.SaveOutput(1);
        if (rules.Softmax)
        {
            c.SaveOutput(0);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        PointwiseShape shape = Sizes(c.InputSpec(0).Shape);
        Kernel.Backward(
            shape, c.In<T>(0), c.In<T>(1), T.CreateTruncating(rules.Scale), rules.Softmax ? c.Out<T>(0) : default, c.Out<T>(1), c.GradOut<T>(),
            c.Needs(0) ? c.GradIn<T>(0) : default, c.Needs(1) ? c.GradIn<T>(1) : default);
    }

    private static OpSample Sample(PointwiseRules rules, int n, int c, int h, int w) =>
        new(new PointwiseOp(rules), [n, c, h, w], [n, rules.Mask.Height * rules.Mask.Width, h, w]);

    private PointwiseShape Sizes(Shape x) =>
        new(x[0], x[1], x[2], x[3], rules.Mask.Height, rules.Mask.Width, rules.Distribute, rules.Softmax, rules.Masked);
}

/// <summary>Attention from maps that each position owns.</summary>
public static class PointwiseExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Point-wise spatial attention (PSANet): position i owns a map of cells around itself, <c>H_i[d]</c>. Collecting, it takes from
        /// position i + d; distributing, it gives to i + d. <c>z_t = scale · Σ_s A[s, t] · x_s</c> with A the softmax over all sources s of a
        /// target t, or the logits themselves. The N×N matrix is never stored. Shapes: <c>x: [N, C, H, W]</c>, <c>maps: [N, mh·mw, H, W]</c>
        /// → <c>[N, C, H, W]</c>.
        /// </summary>
        /// <param name="maps">Logits; cell <c>(dy + ⌊mh/2⌋)·mw + dx + ⌊mw/2⌋</c> belongs to the offset (dy, dx).</param>
        /// <param name="mask">Rows mh and columns mw of the window, odd.</param>
        /// <param name="distribute">Whether owners give rather than take.</param>
        /// <param name="softmax">Whether the weights are a softmax over the sources (default true).</param>
        /// <param name="masked">Whether pairs outside the window have the logit −∞ rather than 0 (default false). Without softmax they have no weight.</param>
        /// <param name="scale">Factor of the result (default 1).</param>
        /// <exception cref="ShapeException">The shapes do not fit one another.</exception>
        /// <exception cref="OptionException">A side of the window is not odd and positive.</exception>
        public Tensor PointwiseAttention(Tensor maps, Size2 mask, bool distribute, bool softmax = true, bool masked = false, double scale = 1) =>
            x.PointwiseAttentionWithStatistics(maps, new(mask, distribute, softmax, masked, scale)).Output;

        /// <summary>The same, with what the softmax left behind for relation maps.</summary>
        internal (Tensor Output, Tensor Statistics) PointwiseAttentionWithStatistics(Tensor maps, PointwiseRules rules)
        {
            if (rules.Mask.Height < 1 || rules.Mask.Width < 1 || rules.Mask.Height % 2 == 0 || rules.Mask.Width % 2 == 0)
            {
                throw new OptionException("pointwise_attention", $"expected a window of odd sides, which has a centre, got {rules.Mask}; take a side more or less, or 2·H − 1 and 2·W − 1 to see all positions.");
            }

            Tensor[] outputs = Op.RunAll(new PointwiseOp(rules), x, maps);
            return (outputs[0], outputs[1]);
        }
    }
}
