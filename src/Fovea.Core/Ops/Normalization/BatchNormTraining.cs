using System.Numerics;
using Fovea.Simd.Norm;

namespace Fovea;

/// <summary>
/// Batch norm with the batch's own statistics. Inputs: x, weight, bias, and (optionally) a residual. Outputs: y, and the batch's mean and
/// biased variance.
/// </summary>
internal sealed class BatchNormTrainingOp(double epsilon, bool relu) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new BatchNormTrainingOp(1e-5, false), [3, 4], [4], [4]),
        new(new BatchNormTrainingOp(1e-5, false), [2, 3, 5, 4], [3], [3]),
        new(new BatchNormTrainingOp(1e-3, true), [2, 3, 4, 3], [3], [3]) { Distinct = true },
        new(new BatchNormTrainingOp(1e-5, true), [3, 2, 7], [2], [2], [3, 2, 7]) { Distinct = true },
        new(new BatchNormTrainingOp(1e-5, false), [1, 2, 33], [2], [2], [1, 2, 33]),
    ];

    public override string Name => "batch_norm";

    public override OpAttributes Attributes => new() { { "epsilon", epsilon }, { "relu", relu } };

    public override bool TakesGradientParts => true;

    public double Epsilon => epsilon;

    public bool Relu => relu;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        OpCost.PerElement(inputs[0], 8 + (relu ? 1 : 0) + (inputs.Length > 3 ? 1 : 0));

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        BatchNormShapes.Check(Name, inputs, 3);
        if (x.Elements / Math.Max(1, x[1]) < 2)
        {
            throw new ShapeException(Name, "more than one value per channel in training", x.ToString(),
                "one value has no variance: train with a larger batch or map, or call Eval() to use the running statistics");
        }

        return [x, [x[1]], [x[1]]];
    }

    protected override void Forward<T>(ForwardContext c)
    {
        (int n, int channels, int inner) = BatchNormShapes.Split(c.InputSpec(0).Shape);
        Span<T> invStd = c.Save<T>(channels);
        BatchNorm.Forward(
            n, channels, inner, c.In<T>(0), c.In<T>(1), c.In<T>(2), c.InOrEmpty<T>(3), relu, T.CreateChecked(epsilon), c.Out<T>(), c.Out<T>(1),
            invStd, c.Out<T>(2));
        c.SaveInput(0);
        c.SaveInput(1);
        c.SaveOutput(1);
        if (relu && c.InputCount > 3)
        {
            c.SaveOutput();
        }
        else if (relu)
        {
            // Without a residual the rectifier's mask is made again from x: cheaper than keeping and reading the output.
            c.SaveInput(2);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int n, int channels, int inner) = BatchNormShapes.Split(shape);
        bool readsAgain = c.HasGradOut(1) || c.HasGradOut(2);
        Span<T> dx;
        if (c.HasGradOut())
        {
            ReadOnlySpan<T> more = c.MoreGradOut<T>();
            bool added = c.InputCount > 3;
            Span<T> dresidual = default;
            if (c.Needs(3) && (relu || !more.IsEmpty))
            {
                dresidual = c.GradInOverGradOut<T>(3);
            }
            else if (c.Needs(3))
            {
                c.PassGradOut(3);
            }

            // The gradient takes the place of something that was read for the last time: fresh memory would have to be read before it is
            // written. Two parts that are summed in dx must leave x alone.
            bool overX = !readsAgain && (more.IsEmpty || !dresidual.IsEmpty) && !c.CanTakeGradOut(0);
            dx = overX ? c.GradInOverIn<T>(0) : c.GradInOverGradOut<T>(0);
            BatchNorm.Backward(
                n, channels, inner, c.In<T>(0), relu && added ? c.Out<T>() : default, c.GradOut<T>(), c.In<T>(1), c.Out<T>(1), c.Saved<T>(0, channels), relu,
                dx, dresidual, c.GradIn<T>(1), c.GradIn<T>(2), relu && !added ? c.In<T>(2) : default, more);
        }
        else
        {
            dx = c.GradIn<T>(0);
            dx.Clear();
        }

        if (readsAgain)
        {
            ThroughStatistics(c, n, channels, inner, dx);
        }
    }

    /// <summary>
    /// Adds what flows through the statistics themselves: <c>dmean / m + dvar · 2 (x − mean) / m</c> over m values a channel.
    /// </summary>
    private static void ThroughStatistics<T>(BackwardContext c, int n, int channels, int inner, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T count = T.CreateChecked((long)n * inner);
        T[] scale = new T[channels];
        T[] shift = new T[channels];
        for (int i = 0; i < channels; i++)
        {
            scale[i] = c.HasGradOut(2) ? (T.One + T.One) * c.GradOut<T>(2)[i] / count : T.Zero;
            shift[i] = (c.HasGradOut(1) ? c.GradOut<T>(1)[i] / count : T.Zero) - scale[i] * c.Out<T>(1)[i];
        }

        BatchNorm.Inference(n, channels, inner, c.In<T>(0), scale, shift, dx, false, dx);
    }
}
