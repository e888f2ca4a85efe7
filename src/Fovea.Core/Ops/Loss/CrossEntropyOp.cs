using System.Numerics;
using Fovea.Simd.Broadcasting;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Reductions;
using Kernel = Fovea.Simd.Softmaxes.CrossEntropy;

namespace Fovea;

/// <summary>
/// Inputs: logits [rows, classes], labels (Int64) [rows], and (optionally) class weights [classes]. The gradient of each row falls out of
/// the forward pass and is kept instead of the logits.
/// </summary>
internal sealed class CrossEntropyOp(double labelSmoothing, long ignoreIndex, LossReduction reduction) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        Sample(0, LossReduction.Mean, 4, 5, false),
        Sample(0, LossReduction.Sum, 4, 5, false),
        Sample(0, LossReduction.None, 4, 5, false),
        Sample(0.1, LossReduction.Mean, 6, 3, false),
        Sample(0, LossReduction.Mean, 5, 4, true),
        Sample(0.2, LossReduction.Mean, 5, 17, true),
        Sample(0.2, LossReduction.None, 3, 33, true),
        Sample(0, LossReduction.Mean, 1, 1, false),
        Sample(0.1, LossReduction.Sum, 0, 3, false),
        Sample(0.1, LossReduction.Mean, 700, 100, false),
    ];

    public override string Name => "cross_entropy";

    public override OpAttributes Attributes => new()
    {
        { "label_smoothing", labelSmoothing }, { "ignore_index", ignoreIndex }, { "reduction", (int)reduction },
    };

    public double LabelSmoothing => labelSmoothing;

    public long IgnoreIndex => ignoreIndex;

    public LossReduction Reduction => reduction;

    protected override int AlikeInputs => 1;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0], 13);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        (Shape logits, TensorSpec labels) = (inputs[0].Shape, inputs[1]);
        if (labels.DType != DType.Int64)
        {
            throw new DTypeException(Name, "Int64 labels, or probabilities of the logits' shape", labels.DType.ToString());
        }

        if (logits.Rank != 2 || logits[1] < 1)
        {
            throw new ShapeException(Name, "logits [N, classes] with at least one class", logits.ToString());
        }

        if (labels.Shape != [logits[0]])
        {
            throw new ShapeException(Name, $"labels [{logits[0]}] for the logits {logits}", labels.Shape.ToString());
        }

        if (inputs.Length > 2 && inputs[2].Shape != [logits[1]])
        {
            throw new ShapeException(Name, $"a weight for each of the {logits[1]} classes", inputs[2].Shape.ToString());
        }

        if (inputs.Length > 2 && inputs[2].DType != inputs[0].DType)
        {
            throw new DTypeException(Name, $"class weights of {inputs[0].DType}, as the logits", inputs[2].DType.ToString());
        }

        return reduction == LossReduction.None ? [logits[0]] : Shape.Scalar;
    }

    protected override void Forward<T>(ForwardContext c)
    {
        Shape shape = c.InputSpec(0).Shape;
        (int rows, int classes) = (shape[0], shape[1]);
        CheckLabels(c.In<long>(1), classes);
        Span<T> gradient = c.Recording ? c.Save<T>(shape.Elements) : default;
        Span<T> losses = reduction == LossReduction.None ? c.Out<T>() : c.Scratch<T>(rows);
        double weight = Kernel.Run(
            rows, classes, c.In<T>(0), c.In<long>(1), c.InOrEmpty<T>(2), labelSmoothing, ignoreIndex, losses, gradient);
        if (reduction == LossReduction.None)
        {
            return;
        }

        Span<T> y = c.Out<T>();
        Fovea.Simd.Reductions.Reduction.Sum<T>(1, rows, 1, losses, y);
        if (reduction == LossReduction.Mean && weight == 0)
        {
            // Nothing counts, and nothing is to be learned from it.
            y[0] = T.Zero;
            gradient.Clear();
        }
        else if (reduction == LossReduction.Mean)
        {
            y[0] = T.CreateTruncating(double.CreateTruncating(y[0]) / weight);
            Map.Run<Scale, T>(gradient, gradient, new Scale(1 / weight));
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        if (!c.Needs(0))
        {
            return;
        }

        Shape shape = c.InputSpec(0).Shape;
        ReadOnlySpan<T> gradient = c.Saved<T>(0, shape.Elements);
        ReadOnlySpan<int> rowByRow = reduction == LossReduction.None ? [1, 0] : [0, 0];
        Broadcast.Run(shape.Lengths, gradient, [shape[1], 1], c.GradOut<T>(), rowByRow, c.GradIn<T>(0), default(Multiply));
    }

    private static OpSample Sample(double smoothing, LossReduction reduction, int rows, int classes, bool weights)
    {
        var op = new CrossEntropyOp(smoothing, -100, reduction);
        Shape[] shapes = weights ? [[rows, classes], [rows], [classes]] : [[rows, classes], [rows]];
        return new(op, shapes)
        {
            Constants = [2],
            Make = (input, generator) => input switch
            {
                // The second row of several is left out.
                1 => Tensor.From([.. Enumerable.Range(0, rows).Select(r => r == 1 && rows > 2 ? -100L : generator.Next(classes))]),
                2 => Tensor.From([.. Enumerable.Range(0, classes).Select(_ => generator.NextDouble(0.5, 2))]),
                _ => null,
            },
        };
    }

    private void CheckLabels(ReadOnlySpan<long> labels, int classes)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if ((ulong)labels[i] >= (ulong)classes && labels[i] != ignoreIndex)
            {
                throw new FoveaException(
                    $"{Name}: expected labels from 0 to {classes - 1} (or {ignoreIndex} to leave a row out), got {labels[i]} in row {i}.");
            }
        }
    }
}
