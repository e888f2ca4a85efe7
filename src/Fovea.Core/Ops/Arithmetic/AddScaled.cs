using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Reductions;

namespace Fovea;

/// <summary>Inputs: the residual, the branch, and the one number that the branch is multiplied with.</summary>
internal sealed class AddScaledOp : FloatOp, ISampledOp, IDecomposable
{
    // The branch's gradient with respect to its factor is one long sum: it is taken in rows that threads share.
    private const int Row = 8192;

    public static IEnumerable<OpSample> Samples =>
    [
        new(new AddScaledOp(), [2, 3, 4], [2, 3, 4], [1]),
        new(new AddScaledOp(), [17], [17], []),
        new(new AddScaledOp(), [0, 3], [0, 3], [1]),
        new(new AddScaledOp(), [3, 8192], [3, 8192], [1]),
        new(new AddScaledOp(), [2, 1, 9001], [2, 1, 9001], [1]),
    ];

    public override string Name => "add_scaled";

    public override OpAttributes Attributes => OpAttributes.None;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(outputs[0], 2);

    public Tensor[] Decompose(params Tensor[] inputs) => [inputs[0] + inputs[1] * inputs[2].Reshape()];

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs[1].Shape != inputs[0].Shape)
        {
            throw new ShapeException(Name, $"a branch of the residual's shape {inputs[0].Shape}", inputs[1].Shape.ToString());
        }

        return inputs[2].Shape.Elements == 1 ? inputs[0].Shape : throw new ShapeException(Name, "one number as the factor", inputs[2].Shape.ToString());
    }

    protected override void Forward<T>(ForwardContext c)
    {
        Zip.Run(c.In<T>(0), c.In<T>(1), c.Out<T>(), new AddScaled(double.CreateChecked(c.In<T>(2)[0])));
        if (c.Needs(1) || c.Needs(2))
        {
            c.SaveInput(2);
        }

        if (c.Needs(2))
        {
            c.SaveInput(1);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        ReadOnlySpan<T> grad = c.GradOut<T>();
        if (c.Needs(0))
        {
            c.PassGradOut(0);
        }

        if (c.Needs(1))
        {
            Map.Run(grad, c.GradIn<T>(1), new Scale(double.CreateChecked(c.In<T>(2)[0])));
        }

        if (c.Needs(2))
        {
            int rows = grad.Length / Row;
            int whole = rows * Row;
            Span<T> sums = c.Scratch<T>(rows + 1);
            Reduction.DotRows(rows, Row, grad[..whole], c.In<T>(1)[..whole], sums[..rows]);
            Reduction.DotRows(1, grad.Length - whole, grad[whole..], c.In<T>(1)[whole..], sums[rows..]);
            Reduction.Sum(1, rows + 1, 1, sums, c.GradIn<T>(2));
        }
    }
}

/// <summary>Residual sums whose branch has a learnt factor.</summary>
public static class AddScaledExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Residual sum with a factor: <c>x + factor · branch</c>, in one pass. Shapes: any, the branch's the same, factor of one element →
        /// same. With a factor of 0, as many attention modules start, it is the identity; the factor still gets a gradient.
        /// </summary>
        /// <param name="branch">What is multiplied and added.</param>
        /// <param name="factor">One number, such as a learnt γ.</param>
        /// <exception cref="ShapeException">The shapes differ, or the factor has more elements than one.</exception>
        public Tensor AddScaled(Tensor branch, Tensor factor) => Op.Run(new AddScaledOp(), x, branch, factor);
    }
}
