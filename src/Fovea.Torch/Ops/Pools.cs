using F = TorchSharp.torch.nn.functional;

namespace Fovea.Torch.Ops;

/// <summary>Pooling over windows, and down to a size.</summary>
internal static class Pools
{
    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All =>
        [("max_pool2d", MaxPool), ("avg_pool2d", AvgPool), ("adaptive_avg_pool2d", AdaptiveAverage), ("adaptive_max_pool2d", AdaptiveMaximum)];

    private static TorchCall MaxPool(OpNode node)
    {
        (long[] kernel, long[] stride, long[] padding) = (node.Integers("kernel"), node.Integers("stride"), node.Integers("padding"));
        (long[] dilation, bool ceil) = (node.Integers("dilation"), node.Flag("ceil_mode"));
        return x => [F.max_pool2d(x[0], kernel, stride, padding, dilation, ceil)];
    }

    private static TorchCall AvgPool(OpNode node)
    {
        (long[] kernel, long[] stride, long[] padding) = (node.Integers("kernel"), node.Integers("stride"), node.Integers("padding"));
        (bool ceil, bool counts) = (node.Flag("ceil_mode"), node.Flag("count_include_pad"));
        return x => [F.avg_pool2d(x[0], kernel, stride, padding, ceil, counts)];
    }

    private static TorchCall AdaptiveAverage(OpNode node)
    {
        long[] size = node.Integers("size");
        return x => [F.adaptive_avg_pool2d(x[0], size)];
    }

    private static TorchCall AdaptiveMaximum(OpNode node)
    {
        long[] size = node.Integers("size");
        return x => [F.adaptive_max_pool2d(x[0], size)];
    }
}
