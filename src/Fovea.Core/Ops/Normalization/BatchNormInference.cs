using System.Numerics;
using Fovea.Compilation;
using Fovea.Simd.Broadcasting;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Norm;

namespace Fovea;

/// <summary>
/// Batch norm with running statistics. Inputs: x, weight, bias, running mean, running variance, and (optionally) a residual.
/// </summary>
internal sealed class BatchNormInferenceOp(double epsilon, bool relu) : FloatOp, ISampledOp, ISpecializes
{
    public static IEnumerable<OpSample> Samples =>
    [
        .. new[] { (false, false), (true, false), (false, true), (true, true) }.Select(o =>
            new OpSample(new BatchNormInferenceOp(1e-5, o.Item1), o.Item2
                ? [[2, 3, 4, 5], [3], [3], [3], [3], [2, 3, 4, 5]]
                : [[2, 3, 4, 5], [3], [3], [3], [3]])
            {
                // A variance is positive; a kink of the rectifier must not lie between two differences.
                Range = (0.4, 1.9),
                Distinct = true,
            }),
    ];

    public override string Name => "batch_norm_eval";

    public override OpAttributes Attributes => new() { { "epsilon", epsilon }, { "relu", relu } };

    public double Epsilon => epsilon;

    public bool Relu => relu;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        OpCost.PerElement(inputs[0], 2 + (relu ? 1 : 0) + (inputs.Length > 5 ? 1 : 0));

    public Fusion? Specialize(Step step) => FusedBatchNorm.Of(step, relu);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        BatchNormShapes.Check(Name, inputs, 5);
        return inputs[0].Shape;
    }

    protected override void Forward<T>(ForwardContext c)
    {
        (int n, int channels, int inner) = BatchNormShapes.Split(c.InputSpec(0).Shape);
        Span<T> scale = c.Save<T>(channels);
        Span<T> shift = c.Save<T>(channels);
        BatchNormFold.Of(c.In<T>(1), c.In<T>(2), c.In<T>(3), c.In<T>(4), epsilon, [], scale, shift);
        BatchNorm.Inference(n, channels, inner, c.In<T>(0), scale, shift, c.InOrEmpty<T>(5), relu, c.Out<T>());
        if (relu)
        {
            c.SaveOutput();
        }

        for (int i = 0; i < 5; i++)
        {
            if (i != 2)
            {
                c.SaveInput(i);
            }
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int channels, int inner) = BatchNormShapes.Split(shape);
        ReadOnlySpan<T> dy = c.GradOut<T>();
        using Tensor masked = BackwardContext.NewGrad(c.OutputSpec());
        if (relu)
        {
            Zip.Run(c.Out<T>(), dy, masked.AsSpan<T>(), default(ReluBackward));
            dy = masked.AsSpan<T>();
        }

        if (c.Needs(5))
        {
            dy.CopyTo(c.GradIn<T>(5));
        }

        if (c.Needs(1) || c.Needs(2) || c.Needs(3) || c.Needs(4))
        {
            PerChannel(c, shape, dy);
        }

        if (c.Needs(0))
        {
            BatchNorm.Inference(n, channels, inner, dy, c.Saved<T>(0, channels), new T[channels], default, false, c.GradIn<T>(0));
        }
    }

    /// <summary>
    /// The gradients of the four vectors. With <c>z = (x − mean) · s</c> and <c>s = 1 / √(var + eps)</c>: <c>dbias = Σ dy</c>,
    /// <c>dweight = Σ dy · z</c>, <c>dmean = −weight · s · dbias</c>, <c>dvar = −weight · s² / 2 · dweight</c>.
    /// </summary>
    private void PerChannel<T>(BackwardContext c, Shape shape, ReadOnlySpan<T> dy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int n, int channels, int inner) = BatchNormShapes.Split(shape);
        int[] perChannel = new int[shape.Rank];
        perChannel[1] = channels == 1 ? 0 : 1;
        Span<T> dbias = c.GradIn<T>(2);
        Broadcast.SumTo(shape.Lengths, dy, perChannel, dbias);

        T[] ones = new T[channels];
        Array.Fill(ones, T.One);
        T[] scale = new T[channels];
        T[] shift = new T[channels];
        BatchNormFold.Of(ones, new T[channels], c.In<T>(3), c.In<T>(4), epsilon, [], scale, shift);
        using Tensor normalized = BackwardContext.NewGrad(c.OutputSpec());
        BatchNorm.Inference(n, channels, inner, c.In<T>(0), scale, shift, default, false, normalized.AsSpan<T>());
        int[] own = new int[shape.Rank];
        Broadcast.Strides(shape.Lengths, shape.Lengths, own);
        Span<T> dweight = c.GradIn<T>(1);
        Broadcast.SumProductTo(shape.Lengths, dy, normalized.AsSpan<T>(), own, perChannel, dweight);

        ReadOnlySpan<T> weight = c.In<T>(1);
        T half = T.CreateChecked(0.5);
        for (int i = 0; i < channels && c.Needs(3); i++)
        {
            c.GradIn<T>(3)[i] = -weight[i] * scale[i] * dbias[i];
        }

        for (int i = 0; i < channels && c.Needs(4); i++)
        {
            c.GradIn<T>(4)[i] = -half * weight[i] * scale[i] * scale[i] * dweight[i];
        }
    }
}
