using System.Numerics;
using Fovea.Simd.Broadcasting;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea;

/// <summary>What element-wise ops of two operands share: shapes that broadcast, and gradients summed back over the repeated axes.</summary>
internal abstract class BinaryOp<TFunction> : FloatOp
    where TFunction : unmanaged, IBinary
{
    public override OpAttributes Attributes => OpAttributes.None;

    /// <inheritdoc/>
    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(outputs[0]);

    /// <inheritdoc/>
    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) => inputs[0].Shape == inputs[1].Shape;

    /// <inheritdoc/>
    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => BroadcastShapes.Infer(Name, inputs[0].Shape, inputs[1].Shape);

    /// <inheritdoc/>
    protected override void Forward<T>(ForwardContext c)
    {
        if (c.InputSpec(0).Shape == c.InputSpec(1).Shape)
        {
            Zip.Run(c.In<T>(0), c.In<T>(1), c.Out<T>(), default(TFunction));
        }
        else
        {
            int[][] strides = c.Once(this, static (_, c) => new[]
            {
                BroadcastShapes.Strides(c.InputSpec(0).Shape, c.OutputSpec().Shape), BroadcastShapes.Strides(c.InputSpec(1).Shape, c.OutputSpec().Shape),
            });
            Broadcast.Run(c.OutputSpec().Shape.Lengths, c.In<T>(0), strides[0], c.In<T>(1), strides[1], c.Out<T>(), default(TFunction));
        }

        Save(c);
    }

    /// <summary>Keeps what the derivative reads.</summary>
    protected abstract void Save(ForwardContext c);

    /// <summary><c>y = f(a, b)</c> with broadcasting.</summary>
    protected static void Apply<T, TFunc>(Shape shape, ReadOnlySpan<T> a, Shape shapeA, ReadOnlySpan<T> b, Shape shapeB, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunc : unmanaged, IBinary
    {
        if (shapeA == shapeB)
        {
            Zip.Run(a, b, y, default(TFunc));
            return;
        }

        Broadcast.Run(
            shape.Lengths, a, BroadcastShapes.Strides(shapeA, shape), b, BroadcastShapes.Strides(shapeB, shape), y, default(TFunc));
    }

    /// <summary>The gradient of operand <paramref name="i"/> of a sum: the output's, summed over the repeated axes.</summary>
    protected static void SumTo<T>(BackwardContext c, int i)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = c.OutputSpec().Shape;
        if (c.InputSpec(i).Shape.Elements == shape.Elements)
        {
            c.PassGradOut(i);
            return;
        }

        Broadcast.SumTo(shape.Lengths, c.GradOut<T>(), BroadcastShapes.Strides(c.InputSpec(i).Shape, shape), c.GradIn<T>(i));
    }

    /// <summary>
    /// The gradient of a factor: <paramref name="grad"/>, of the output's shape, times the other factor, summed over the repeated axes.
    /// </summary>
    protected static void SumProductTo<T>(
        BackwardContext c, ReadOnlySpan<T> grad, ReadOnlySpan<T> other, Shape shapeOther, Shape shapeInput, Span<T> gradIn)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = c.OutputSpec().Shape;
        if (shapeOther == shape && shapeInput.Elements == shape.Elements)
        {
            Zip.Run(grad, other, gradIn, default(Multiply));
            return;
        }

        Broadcast.SumProductTo(
            shape.Lengths, grad, other, BroadcastShapes.Strides(shapeOther, shape), BroadcastShapes.Strides(shapeInput, shape), gradIn);
    }
}
