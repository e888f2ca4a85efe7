using Fovea.Compilation;
using Fovea.Simd.Conv;

namespace Fovea;

/// <summary>Inputs: x, weight, and (optionally) bias.</summary>
internal sealed class Conv2dOp(
    Size2 stride, Size2 padding, Size2 dilation, int groups) : FloatOp, ISampledOp, ISpecializes
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new Conv2dOp((1, 1), (1, 1), (1, 1), 1), [2, 3, 5, 6], [4, 3, 3, 3], [4]),
        new(new Conv2dOp((1, 1), (0, 0), (1, 1), 1), [2, 5, 3, 4], [7, 5, 1, 1]),
        new(new Conv2dOp((2, 1), (1, 2), (1, 2), 2), [1, 4, 7, 8], [6, 2, 3, 2], [6]),
        new(new Conv2dOp((2, 2), (1, 1), (1, 1), 6), [2, 6, 5, 5], [6, 1, 3, 3]),
        new(new Conv2dOp((2, 2), (3, 3), (1, 1), 1), [1, 3, 9, 9], [2, 3, 7, 7], [2]),
        new(new Conv2dOp((1, 1), (0, 0), (1, 1), 1), [0, 2, 3, 3], [2, 2, 1, 1]),
    ];

    public override string Name => "conv2d";

    public override OpAttributes Attributes => new()
    {
        { "stride", stride }, { "padding", padding }, { "dilation", dilation }, { "groups", groups },
    };

    public Size2 Stride => stride;

    public Size2 Padding => padding;

    public Size2 Dilation => dilation;

    public int Groups => groups;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        new(Geometry(inputs[0].Shape, inputs[1].Shape).MultiplyAdds, inputs.Length > 2 ? outputs[0].Shape.Elements : 0);

    public Fusion? Specialize(Step step) => FusedConv2d.Of(step, Geometry(step.Inputs[0].Spec.Shape, step.Inputs[1].Spec.Shape));

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        Shape w = inputs[1].Shape;
        if (w.Rank != 4 || w[2] < 1 || w[3] < 1)
        {
            throw new ShapeException(Name, "a weight [O, I/groups, kh, kw] with a kernel of at least 1×1", w.ToString());
        }

        if (Math.Min(stride.Height, stride.Width) < 1 || Math.Min(dilation.Height, dilation.Width) < 1 || Math.Min(padding.Height, padding.Width) < 0)
        {
            throw new ShapeException(Name, "stride and dilation of at least 1 and padding of at least 0",
                $"stride {stride}, dilation {dilation}, padding {padding}");
        }

        if (groups < 1 || w[0] % groups != 0)
        {
            throw new ShapeException(Name, $"{groups} groups that divide the {w[0]} output channels", w.ToString());
        }

        if (x.Rank != 4 || x[1] != w[1] * groups)
        {
            string perGroup = groups == 1 ? string.Empty : $" for each of {groups} groups";
            string taken = $"the weight {w} takes {w[1]} channels{perGroup}";
            throw new ShapeException(Name, $"[N, {w[1] * groups}, H, W]", x.ToString(), taken);
        }

        if (inputs.Length > 2 && (inputs[2].Shape.Rank != 1 || inputs[2].Shape[0] != w[0]))
        {
            throw new ShapeException(Name, $"a bias [{w[0]}]", inputs[2].Shape.ToString());
        }

        ConvShape s = Geometry(x, w);
        if (s.OutHeight < 1 || s.OutWidth < 1)
        {
            throw new ShapeException(Name,
                $"maps that the {w[2]}×{w[3]} kernel (dilation {dilation}) fits into with padding {padding}",
                x.ToString(), "use a smaller kernel or dilation, or more padding");
        }

        return [x[0], w[0], s.OutHeight, s.OutWidth];
    }

    protected override void Forward<T>(ForwardContext c)
    {
        ConvShape s = Geometry(c.InputSpec(0).Shape, c.InputSpec(1).Shape);
        Convolution.Forward(s, c.In<T>(0), c.In<T>(1), c.InOrEmpty<T>(2), c.Out<T>());
        if (c.Needs(1))
        {
            c.SaveInput(0);
        }

        if (c.Needs(0))
        {
            c.SaveInput(1);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        ConvShape s = Geometry(c.InputSpec(0).Shape, c.InputSpec(1).Shape);
        if (c.Needs(0))
        {
            Convolution.BackwardInput(s, c.GradOut<T>(), c.In<T>(1), c.GradIn<T>(0));
        }

        if (c.Needs(1))
        {
            Convolution.BackwardWeight(s, c.In<T>(0), c.GradOut<T>(), c.GradIn<T>(1));
        }

        if (c.Needs(2))
        {
            Convolution.BackwardBias(s, c.GradOut<T>(), c.GradIn<T>(2));
        }
    }

    private ConvShape Geometry(Shape x, Shape w) => new(
        x[0], x[1], x[2], x[3], w[0], w[2], w[3],
        stride.Height, stride.Width, padding.Height, padding.Width, dilation.Height, dilation.Width, groups);
}

/// <summary>Two-dimensional convolution.</summary>
public static class Conv2dExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Two-dimensional convolution (cross-correlation): <c>y[n, o, i, j] = bias[o] + Σ x[n, c, i·s + p·d − pad, …] · weight[o, c, p,
        /// q]</c>. Shapes: <c>x: [N, I, H, W]</c>, <c>weight: [O, I/groups, kh, kw]</c>, <c>bias: [O]</c> → <c>[N, O, H', W']</c> with
        /// <c>H' = ⌊(H + 2·padding − dilation·(kh − 1) − 1) / stride⌋ + 1</c>.
        /// </summary>
        /// <param name="weight">The kernels.</param>
        /// <param name="bias">Added to each output channel; null for none.</param>
        /// <param name="stride">Rows and columns from one output to the next (default 1, 1).</param>
        /// <param name="padding">Rows and columns of zeros on each side (default 0, 0).</param>
        /// <param name="dilation">Rows and columns from one tap to the next (default 1, 1).</param>
        /// <param name="groups">Groups of channels that do not mix (default 1).</param>
        /// <exception cref="ShapeException">The shapes do not fit one another.</exception>
        public Tensor Conv2d(
            Tensor weight,
            Tensor? bias = null,
            Size2? stride = null,
            Size2? padding = null,
            Size2? dilation = null,
            int groups = 1)
        {
            var op = new Conv2dOp(stride ?? 1, padding ?? 0, dilation ?? 1, groups);
            return bias is null ? Op.Run(op, x, weight) : Op.Run(op, x, weight, bias);
        }
    }
}
