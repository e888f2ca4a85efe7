namespace Fovea.Onnx.Import;

/// <summary>Conv over one, two or three axes.</summary>
internal static class ConvolutionOperators
{
    public static IEnumerable<Operator> All => [Operator.Of("Conv", [1, 11], Conv).WithWeights(1, 2)];

    /// <summary>Reads a convolution's attributes, and gives what computes it of an input, a weight and a bias.</summary>
    /// <exception cref="NodeRefusal">They ask for what is not known.</exception>
    public static Func<Tensor, Tensor, Tensor?, Tensor> Read(NodeSetup node)
    {
        var window = Window.Read(node);
        long groups = node.Attributes.Int("group", 1);
        return groups is >= 1 and <= int.MaxValue ? (x, weight, bias) => Run(x, weight, bias, window, (int)groups) : throw new NodeRefusal($"group {groups} is not known");
    }

    private static Func<NodeInputs, Tensor> Conv(NodeSetup node)
    {
        Func<Tensor, Tensor, Tensor?, Tensor> run = Read(node);
        return x => run(x[0], x[1], x.Optional(2));
    }

    private static Tensor Run(Tensor x, Tensor weight, Tensor? bias, Window window, int groups)
    {
        int axes = x.Rank - 2;
        if (axes is < 1 or > 3 || weight.Rank != x.Rank)
        {
            throw new OnnxException($"expected an input and a weight of 3 to 5 axes, got {x.Shape} and {weight.Shape}");
        }

        int[] kernel = weight.Shape.Lengths[2..].ToArray();
        if (window.Kernel is { } said && !said.AsSpan().SequenceEqual(kernel))
        {
            throw new OnnxException($"expected a weight of the kernel_shape [{string.Join(", ", said)}], got {weight.Shape}");
        }

        (int Before, int After)[] around = window.Padding(x.Shape.Lengths[2..], kernel);
        if (!Surroundings.IsSymmetric(around))
        {
            x = Surroundings.Around(x, around);
            around = new (int, int)[axes];
        }

        int[] s = window.Strides(axes), d = window.Dilations(axes), p = Array.ConvertAll(around, a => a.Before);
        return axes switch
        {
            1 => x.Conv1d(weight, bias, s[0], p[0], d[0], groups),
            2 => x.Conv2d(weight, bias, (s[0], s[1]), (p[0], p[1]), (d[0], d[1]), groups),
            _ => x.Conv3d(weight, bias, (s[0], s[1], s[2]), (p[0], p[1], p[2]), (d[0], d[1], d[2]), groups),
        };
    }
}
