namespace Fovea;

/// <summary>What both forms of batch norm ask of their operands.</summary>
internal static class BatchNormShapes
{
    /// <summary>[N, C, inner] of [N, C, …].</summary>
    public static (int N, int Channels, int Inner) Split(Shape x) => (x[0], x[1], x.Product(2, x.Rank));

    /// <summary>
    /// Checks x, the vectors of one number a channel up to <paramref name="residual"/>, and the residual if there is one.
    /// </summary>
    public static void Check(string name, ReadOnlySpan<TensorSpec> inputs, int residual)
    {
        Shape x = inputs[0].Shape;
        if (x.Rank < 2)
        {
            throw new ShapeException(name, "[N, C] or [N, C, …]", x.ToString());
        }

        for (int i = 1; i < residual; i++)
        {
            if (inputs[i].Shape.Rank != 1 || inputs[i].Shape[0] != x[1])
            {
                throw new ShapeException(
                    name, $"[N, {inputs[i].Shape.Elements}, …]", x.ToString(), $"the layer has {inputs[i].Shape.Elements} channels");
            }
        }

        if (inputs.Length > residual && inputs[residual].Shape != x)
        {
            throw new ShapeException(name, $"a residual of the input's shape {x}", inputs[residual].Shape.ToString());
        }
    }
}
