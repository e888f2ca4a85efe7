namespace Fovea.Layers;

/// <summary>The gates that one op computes whole, with the maps they were made of.</summary>
internal static class FusedGates
{
    /// <summary>
    /// Global context with those transforms (1×1, norm, ReLU, 1×1) that are not null, with the map [N, 1, H, W] and the gate [N, C] that
    /// the first makes.
    /// </summary>
    public static (Tensor Y, Tensor Position, Tensor? Channel) Context(Tensor x, Conv2d mask, Sequential? multiply, Sequential? add, double epsilon)
    {
        var inputs = new List<Tensor> { x, mask.Weight, mask.Bias! };
        foreach (Sequential? transform in (ReadOnlySpan<Sequential?>)[multiply, add])
        {
            if (transform is not null)
            {
                (var first, var norm, var second) = ((Conv2d)transform[0], (LayerNorm)transform[1], (Conv2d)transform[3]);
                int reduced = first.OutChannels;
                inputs.AddRange([Matrix(first), first.Bias!, norm.Weight!.Reshape(reduced), norm.Bias!.Reshape(reduced), Matrix(second), second.Bias!]);
            }
        }

        Tensor[] results = Op.RunAll(new ContextGateOp(multiply is not null, add is not null, epsilon), [.. inputs]);
        return (results[0], results[1], multiply is null ? null : results[2]);
    }

    /// <summary>
    /// <c>x · factor(a, b)</c> for maps [N, C, H, W], a position's number b [N, 1, H, W] and, unless it is null, a channel's number a
    /// [N, C, 1, 1].
    /// </summary>
    public static Tensor Positions(Tensor x, Tensor b, Tensor? a, GateForm form) => a is null
        ? Op.Run(new PositionGateOp(form, hasChannels: false), x, b)
        : Op.Run(new PositionGateOp(form, hasChannels: true), x, b, a);

    /// <summary>
    /// The means [N, C] and <c>ReLU(BN(1×1 x))</c> with the norm's running statistics, for inference alone.
    /// </summary>
    public static (Tensor Means, Tensor Reduced) ProjectedMeans(Tensor x, Conv2d reduce, BatchNorm2d norm)
    {
        Tensor[] results = Op.RunAll(
            new ProjectedMeansOp(norm.Epsilon), x, reduce.Weight, reduce.Bias!, norm.Weight, norm.Bias, norm.RunningMean, norm.RunningVar);
        return (results[1], results[0]);
    }

    /// <summary>The means [N, C], <c>1×1 x</c>, and the maps for those who scale them: their gradients are added in one sweep.</summary>
    public static (Tensor Means, Tensor Reduced, Tensor Maps) Projection(Tensor x, Conv2d reduce)
    {
        Tensor[] results = Op.RunAll(new ProjectionOp(), x, reduce.Weight, reduce.Bias!);
        return (results[1], results[0], results[2]);
    }

    /// <summary>A 1×1 convolution's weight as a matrix [O, I].</summary>
    private static Tensor Matrix(Conv2d conv) => conv.Weight.Reshape(conv.OutChannels, conv.InChannels);
}
