using Fovea.Simd.Conv;

namespace Fovea;

/// <summary>The planes that each window along depth reads, as channels: [N, C, D, H, W] → [N·D′, C·kernel, H, W].</summary>
internal sealed class UnfoldDepthOp(int kernel, int stride, int padding, int dilation) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new UnfoldDepthOp(1, 1, 0, 1), [2, 3, 2, 2, 3]),
        new(new UnfoldDepthOp(3, 1, 1, 1), [2, 3, 4, 2, 3]),
        new(new UnfoldDepthOp(2, 2, 0, 1), [1, 2, 5, 3, 1]),
        new(new UnfoldDepthOp(3, 2, 2, 2), [1, 2, 6, 2, 2]),
        new(new UnfoldDepthOp(2, 1, 0, 1), [0, 2, 3, 2, 2]),
        new(new UnfoldDepthOp(3, 1, 1, 1), [1, 6, 7, 17, 20]),
    ];

    public override string Name => "unfold_depth";

    public override OpAttributes Attributes => new()
    {
        { "kernel", kernel }, { "stride", stride }, { "padding", padding }, { "dilation", dilation },
    };

    public int Kernel => kernel;

    public int Stride => stride;

    public int Padding => padding;

    public int Dilation => dilation;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.None;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        if (x.Rank != 5)
        {
            throw new ShapeException(Name, "[N, C, D, H, W]", x.ToString());
        }

        DepthShape depth = Geometry(x);
        return depth.OutDepth > 0
            ? [checked(x[0] * depth.OutDepth), checked(x[1] * kernel), x[3], x[4]]
            : throw new ShapeException(Name, $"a depth that {kernel} taps with dilation {dilation} fit into with padding {padding}", x.ToString(),
                "use a smaller kernel or dilation, or more padding");
    }

    protected override void Forward<T>(ForwardContext c) => DepthUnfold.Run(Geometry(c.InputSpec(0).Shape), c.In<T>(0), c.Out<T>());

    protected override void Backward<T>(BackwardContext c) =>
        DepthUnfold.Backward(Geometry(c.InputSpec(0).Shape), c.GradOut<T>(), c.GradIn<T>(0));

    private DepthShape Geometry(Shape x) => new(x[0], x[1], x[2], x.Product(3, 5), kernel, stride, padding, dilation);
}
