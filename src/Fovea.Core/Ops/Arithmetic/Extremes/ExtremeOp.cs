using Fovea.Simd.Drivers;

namespace Fovea;

/// <summary>
/// What the larger and the smaller of two share: the gradient goes to the operand that was taken, and half to each where they are equal,
/// as in PyTorch.
/// </summary>
internal abstract class ExtremeOp<TFunction, TShare> : BinaryOp<TFunction>
    where TFunction : unmanaged, IBinary
    where TShare : unmanaged, IBinary
{
    protected override void Save(ForwardContext c)
    {
        c.SaveInput(0);
        c.SaveInput(1);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape shape = c.OutputSpec().Shape;
        Span<T> share = c.Scratch<T>(shape.Elements);
        for (int i = 0; i < 2; i++)
        {
            if (c.Needs(i))
            {
                int other = 1 - i;
                Apply<T, TShare>(shape, c.In<T>(i), c.InputSpec(i).Shape, c.In<T>(other), c.InputSpec(other).Shape, share);
                SumProductTo(c, c.GradOut<T>(), share, shape, c.InputSpec(i).Shape, c.GradIn<T>(i));
            }
        }
    }
}
