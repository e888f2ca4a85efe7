using Fovea.Simd.Broadcasting;

namespace Fovea;

/// <summary>What the ops that take a mask share.</summary>
internal static class MaskShapes
{
    public static void Check(string operation, TensorSpec mask)
    {
        if (mask.DType != DType.Bool)
        {
            throw new DTypeException(operation, "a Bool mask", mask.DType.ToString());
        }
    }

    /// <summary>An operand as if it had the result's shape: itself if it has, else repeated into scratch.</summary>
    public static ReadOnlySpan<T> Whole<T>(ForwardContext c, int input)
        where T : unmanaged
    {
        (Shape shape, Shape operand) = (c.OutputSpec().Shape, c.InputSpec(input).Shape);
        return operand.Elements == shape.Elements ? c.In<T>(input) : Repeat(shape, operand, c.In<T>(input), c.Scratch<T>(shape.Elements));
    }

    /// <summary>A saved operand as if it had the result's shape.</summary>
    public static ReadOnlySpan<T> Whole<T>(BackwardContext c, int input)
        where T : unmanaged
    {
        (Shape shape, Shape operand) = (c.OutputSpec().Shape, c.InputSpec(input).Shape);
        return operand.Elements == shape.Elements ? c.In<T>(input) : Repeat(shape, operand, c.In<T>(input), c.Scratch<T>(shape.Elements));
    }

    /// <summary>A mask for random tests: about half set.</summary>
    public static Tensor Random(Shape shape, Generator generator) =>
        Tensor.From([.. Enumerable.Range(0, shape.Elements).Select(_ => generator.Next(2) == 1)], shape);

    private static Span<T> Repeat<T>(Shape shape, Shape operand, ReadOnlySpan<T> values, Span<T> whole)
        where T : unmanaged
    {
        Span<int> strides = stackalloc int[shape.Rank];
        Broadcast.Strides(operand.Lengths, shape.Lengths, strides);
        Strides.Read(shape, values, 0, strides, whole);
        return whole;
    }
}
