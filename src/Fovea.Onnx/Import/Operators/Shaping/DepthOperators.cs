namespace Fovea.Onnx.Import;

/// <summary>DepthToSpace and SpaceToDepth: channels as blocks of positions, and back.</summary>
internal static class DepthOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("DepthToSpace", [1, 11, 13], ToSpace),
        Operator.Of("SpaceToDepth", [1, 13], ToDepth),
    ];

    private static Func<NodeInputs, Tensor> ToSpace(NodeSetup node)
    {
        int b = Block(node);
        string mode = node.Version >= 11 ? node.Attributes.Text("mode", "DCR") : "DCR";
        if (mode is not ("DCR" or "CRD"))
        {
            throw new NodeRefusal($"mode \"{mode}\" is not known");
        }

        return x =>
        {
            (int n, int c, int h, int w) = Maps(x[0]);
            if (c % ((long)b * b) != 0)
            {
                throw new OnnxException($"expected channels that blocks of {b} × {b} divide, got {x[0].Shape}");
            }

            int channels = c / (b * b);
            Tensor apart = mode == "DCR"
                ? x[0].Reshape(n, b, b, channels, h, w).Permute(0, 3, 4, 1, 5, 2)
                : x[0].Reshape(n, channels, b, b, h, w).Permute(0, 1, 4, 2, 5, 3);
            return apart.Reshape(Whole.Shape([n, channels, (long)h * b, (long)w * b]).Lengths);
        };
    }

    private static Func<NodeInputs, Tensor> ToDepth(NodeSetup node)
    {
        int b = Block(node);
        return x =>
        {
            (int n, int c, int h, int w) = Maps(x[0]);
            return h % b == 0 && w % b == 0
                ? x[0].Reshape(n, c, h / b, b, w / b, b).Permute(0, 3, 5, 1, 2, 4).Reshape(Whole.Shape([n, (long)c * b * b, h / b, w / b]).Lengths)
                : throw new OnnxException($"expected maps that blocks of {b} × {b} divide, got {x[0].Shape}");
        };
    }

    private static int Block(NodeSetup node) => node.Attributes.Int("blocksize", 0) is >= 1 and <= 1 << 15 and var size
        ? (int)size
        : throw new NodeRefusal("expected a blocksize of at least 1");

    private static (int N, int C, int H, int W) Maps(Tensor x) =>
        x.Rank == 4 ? (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]) : throw new OnnxException($"expected [N, C, H, W], got {x.Shape}");
}
