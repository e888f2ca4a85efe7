using Fovea.Simd.Drivers;
using Fovea.Simd.Gates;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>
/// Coordinate attention in inference, image by image: the strips of row and column means are mixed to few,
/// <c>f = hswish(BN(W · strips + b))</c> with the norm's running statistics, and <c>y = x · σ(Wr f_rows + br) · σ(Wc f_columns + bc)</c>.
/// Inputs: x, W [R, C, 1, 1], b [R], the norm's weight, bias, mean and variance [R], Wr [C, R, 1, 1], br [C], Wc [C, R, 1, 1], bc [C].
/// </summary>
/// <remarks>In training the norm needs the statistics of the whole batch, so that the steps are ops of their own.</remarks>
internal sealed class CoordinateGateOp(double epsilon) : GateOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        Sample([2, 6, 5, 17], 3),
        Sample([1, 33, 9, 16], 8),
        Sample([2, 3, 8, 56], 4),
        Sample([1, 2, 5, 28], 2),
        Sample([2, 1, 1, 1], 1),
        Sample([0, 2, 3, 3], 2),
    ];

    public override string Name => "coordinate_gate";

    public override OpAttributes Attributes => new() { { "epsilon", epsilon } };

    public override bool IsDifferentiable => false;

    public double Epsilon => epsilon;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        Shape x = inputs[0].Shape;
        long strips = (long)x[0] * (x[2] + x[3]);
        return OpCost.PerElement(inputs[0], 4) + new OpCost(2 * strips * x[1] * inputs[1].Shape[0], strips * ((6 * inputs[1].Shape[0]) + (4 * x[1])));
    }

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        Tensor x = inputs[0];
        (int n, int channels, int h, int w) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        Tensor strips = Tensor.Concat([x.Mean([3]), x.Mean([2])], 2).Reshape(n, channels, h + w, 1);
        Tensor f = strips.Conv2d(inputs[1], inputs[2]).BatchNorm(inputs[5], inputs[6], inputs[3], inputs[4], training: false, epsilon: epsilon).HardSwish();
        Tensor rows = f.Narrow(2, 0, h).Conv2d(inputs[7], inputs[8]).Sigmoid();
        Tensor columns = f.Narrow(2, h, w).Conv2d(inputs[9], inputs[10]).Sigmoid().Reshape(n, channels, 1, w);
        return [x * rows * columns];
    }

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        if (x.Rank != 4 || x[2] == 0 || x[3] == 0 || inputs.Length != 11)
        {
            throw new ShapeException(Name, "maps [N, C, H, W] of at least one position and 10 parameters", $"{x} and {inputs.Length - 1}");
        }

        Shape w = inputs[1].Shape;
        int reduced = w.Rank == 4 ? w[0] : 0;
        GateShapes.CheckParameter(Name, "the strips' weight", [reduced, x[1], 1, 1], inputs[1], x);
        for (int i = 2; i < 7; i++)
        {
            GateShapes.CheckParameter(Name, "the strips' bias and norm", [reduced], inputs[i], x);
        }

        for (int i = 7; i < 11; i += 2)
        {
            GateShapes.CheckParameter(Name, "the gates' weight", [x[1], reduced, 1, 1], inputs[i], x);
            GateShapes.CheckParameter(Name, "the gates' bias", [x[1]], inputs[i + 1], x);
        }

        return x;
    }

    protected internal override void Forward<T>(ForwardContext c, Epilogue<T> end)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int channels, int height, int width) = (shape[0], shape[1], shape[2], shape[3]);
        int reduced = c.InputSpec(1).Shape[0];
        int length = height + width;
        ReadOnlySpan<T> x = c.In<T>(0);
        Span<T> scale = c.Scratch<T>(reduced);
        Span<T> shift = c.Scratch<T>(reduced);
        NormFold.Of(c, 2, epsilon, scale, shift);
        int group = GateShapes.ImagesAtATime(shape, c.InputSpec(0).DType.Size());
        Span<T> means = c.Scratch<T>(group * channels * length);
        Span<T> mixed = c.Scratch<T>(group * reduced * length);
        bool streaming = StreamingStores.Pay<T>(x.Length);
        for (int image = 0; image < n; image += group)
        {
            int images = Math.Min(group, n - image);
            var part = new GroupRange(image, images, channels, height * width);
            Span<T> strips = means[..(images * channels * length)];
            Span<T> f = mixed[..(images * reduced * length)];
            RowColumnGate.Means(images * channels, height, width, x[part.Numbers], strips);
            StripGate.Mix(images, channels, reduced, length, strips, c.In<T>(1), scale, shift, f);
            StripGate.Scale(
                images, channels, reduced, height, width, x[part.Numbers], f, c.In<T>(7), c.In<T>(8), c.In<T>(9), c.In<T>(10),
                c.Out<T>()[part.Numbers], streaming, end.Of(part.Numbers));
        }
    }

    // A variance is positive.
    private static OpSample Sample(Shape x, int reduced) => new(
        new CoordinateGateOp(1e-5), x, [reduced, x[1], 1, 1], [reduced], [reduced], [reduced], [reduced], [reduced],
        [x[1], reduced, 1, 1], [x[1]], [x[1], reduced, 1, 1], [x[1]])
    {
        Range = (0.4, 1.9),
    };
}
