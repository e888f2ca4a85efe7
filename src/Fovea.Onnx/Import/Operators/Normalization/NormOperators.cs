namespace Fovea.Onnx.Import;

/// <summary>Normalisations by the numbers of one sample: over layers, instances, groups, lengths of vectors, neighbouring channels.</summary>
internal static class NormOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.OfMany("LayerNormalization", [17], LayerNorm).WithWeights(1, 2),
        Operator.Of("InstanceNormalization", [6], InstanceNorm).WithWeights(1, 2),
        Operator.Of("GroupNormalization", [18, 21], GroupNorm).WithWeights(1, 2),
        Operator.Of("LpNormalization", [1], LpNorm),
        Operator.Of("LRN", [1, 13], ResponseNorm),
    ];

    /// <summary>A norm over the last axes, with a scale and a shift for each place of them or for what broadcasts to it.</summary>
    public static Tensor LayerNorm(Tensor x, Shape normalized, Tensor scale, Tensor? bias, double epsilon)
    {
        if (scale.Shape == normalized && (bias is null || bias.Shape == normalized))
        {
            return x.LayerNorm(normalized, scale, bias, epsilon);
        }

        Tensor y = x.LayerNorm(normalized, null, null, epsilon) * scale;
        return bias is null ? y : y + bias;
    }

    private static NodeRun LayerNorm(NodeSetup node)
    {
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        long from = node.Attributes.Int("axis", -1);
        node.Attributes.Only("stash_type", 1);
        bool withStatistics = node.OutputsRead > 1;
        return x =>
        {
            int axis = Whole.Axis(from, x[0].Rank);
            Tensor y = LayerNorm(x[0], new(x[0].Shape.Lengths[axis..]), x[1], x.Optional(2), epsilon);
            int[] over = [.. Enumerable.Range(axis, x[0].Rank - axis)];
            return withStatistics
                ? [y, x[0].Mean(over, keepDim: true), (x[0].Var(over, unbiased: false, keepDim: true) + epsilon).Rsqrt()]
                : [y];
        };
    }

    private static Func<NodeInputs, Tensor> InstanceNorm(NodeSetup node)
    {
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        return x => x[0].Rank > 2
            ? x[0].GroupNorm(x[0].Shape[1], x[1], x[2], epsilon)
            : throw new OnnxException($"expected [N, C] and axes of positions, got {x[0].Shape}");
    }

    private static Func<NodeInputs, Tensor> GroupNorm(NodeSetup node)
    {
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        long groups = node.Attributes.Int("num_groups", 0);
        bool perGroup = node.Version < 21;
        if (!perGroup)
        {
            node.Attributes.Only("stash_type", 1);
        }

        if (groups is < 1 or > int.MaxValue)
        {
            throw new NodeRefusal($"num_groups {groups} is not known");
        }

        return x =>
        {
            int channels = x[0].Rank > 1 ? x[0].Shape[1] : 0;
            Tensor Spread(Tensor v) => perGroup && channels % groups == 0
                ? v.Reshape((int)groups, 1).Expand((int)groups, channels / (int)groups).Reshape(channels)
                : v;
            return x[0].GroupNorm((int)groups, Spread(x[1]), Spread(x[2]), epsilon);
        };
    }

    private static Func<NodeInputs, Tensor> LpNorm(NodeSetup node)
    {
        long axis = node.Attributes.Int("axis", -1);
        long p = node.Attributes.Int("p", 2);
        return p is 1 or 2
            ? x =>
            {
                int along = Whole.Axis(axis, x[0].Rank);
                Tensor length = p == 1 ? x[0].Abs().Sum([along], keepDim: true) : x[0].Norm(along, keepDim: true);

                // A vector of zeros stays one.
                return x[0] / length.MaskedFill(length.EqualTo(0), 1);
            }
        : throw new NodeRefusal($"p {p} is not known");
    }

    /// <summary>Local response normalisation (AlexNet): <c>x / (bias + alpha / size · Σ x²)^beta</c> over neighbouring channels.</summary>
    private static Func<NodeInputs, Tensor> ResponseNorm(NodeSetup node)
    {
        double alpha = node.Attributes.Float("alpha", 0.0001f);
        double beta = node.Attributes.Float("beta", 0.75f);
        double bias = node.Attributes.Float("bias", 1);
        long size = node.Attributes.Int("size", 0);
        if (size is < 1 or > 1 << 24)
        {
            throw new NodeRefusal($"size {size} is not known");
        }

        return x =>
        {
            Shape s = x[0].Rank > 1 ? x[0].Shape : throw new OnnxException($"expected [N, C, …], got {x[0].Shape}");
            int before = ((int)size - 1) / 2;
            Tensor squares = Surroundings.Around(
                x[0].Square().Reshape(s[0], 1, s[1], s.Product(2, s.Rank)), [(before, (int)size - 1 - before), (0, 0)]);
            Tensor means = squares.AvgPool2d(((int)size, 1), 1).Reshape(s.Lengths);
            return x[0] * (means * alpha + bias).Pow(-beta);
        };
    }
}
