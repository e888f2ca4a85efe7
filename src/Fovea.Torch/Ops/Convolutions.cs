using TorchSharp;
using F = TorchSharp.torch.nn.functional;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>Convolutions.</summary>
internal static class Convolutions
{
    // Maps of so few channels are read as they are.
    private const int PlainChannels = 3;

    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All =>
        [("conv2d", Conv), ("conv_transpose2d", Transposed), ("unfold_depth", UnfoldDepth)];

    private static TorchCall Conv(OpNode node)
    {
        (long[] stride, long[] padding, long[] dilation) = (node.Integers("stride"), node.Integers("padding"), node.Integers("dilation"));
        long groups = node.Integer("groups");
        Shape weight = node.Spec(1).Shape;
        bool blocked = IsBlocked(node, groups);
        var channels = new ChannelBlocks(weight[0], weight[1], blocked && weight[1] > PlainChannels, blocked, IsTransposed: false);

        // What a 1 × 1 kernel steps over is left out before: oneDNN 3.7.1 divides by zero while it plans the gradient of some such maps,
        // which ends the process (256 to 512 channels, 8 × 56 × 56, two threads). Means over single places do it in one pass each way. Where there is no tape, there is no gradient to plan.
        (long down, long across) = weight[2] * weight[3] == 1 && padding is [0, 0] ? (stride[0], stride[1]) : (1, 1);
        long[] steps = [stride[0] / down, stride[1] / across];
        return x =>
        {
            (TorchTensor input, TorchTensor filled, TorchTensor? bias) = channels.Fill(x);
            if (groups > 1 && input.device_type == DeviceType.CPU)
            {
                // In groups oneDNN 3.7.1 computes garbage from some maps whose channels come last (the depthwise kernels of lka, on an AMD EPYC).
                (input, filled) = (input.contiguous(), filled.contiguous());
            }

            bool leavesOut = (down, across) != (1, 1) && torch.is_grad_enabled();
            TorchTensor taken = leavesOut ? F.avg_pool2d(input, [1L, 1], [down, across]) : input;
            return [channels.Cut(F.conv2d(taken, filled, bias, leavesOut ? steps : stride, padding, dilation, groups))];
        };
    }

    private static TorchCall Transposed(OpNode node)
    {
        (long[] stride, long[] padding, long[] output) = (node.Integers("stride"), node.Integers("padding"), node.Integers("output_padding"));
        (long[] dilation, long groups) = (node.Integers("dilation"), node.Integer("groups"));
        Shape weight = node.Spec(1).Shape;
        bool blocked = IsBlocked(node, groups);
        var channels = new ChannelBlocks(weight[1] * groups, weight[0], blocked, blocked, IsTransposed: true);
        return x =>
        {
            (TorchTensor input, TorchTensor filled, TorchTensor? bias) = channels.Fill(x);
            return [channels.Cut(F.conv_transpose2d(input, filled, bias, stride, padding, output, dilation, groups))];
        };
    }

    private static bool IsBlocked(OpNode node, long groups)
    {
        Shape weight = node.Spec(1).Shape;
        return node.DType == DType.Float32 && groups == 1 && weight[2] * weight[3] > 1;
    }

    // [N, C, D, H, W] → [N·D′, C·kernel, H, W]: each tap is a slice along the padded depth, and the taps become channels.
    private static TorchCall UnfoldDepth(OpNode node)
    {
        (long kernel, long stride, long padding, long dilation) =
            (node.Integer("kernel"), node.Integer("stride"), node.Integer("padding"), node.Integer("dilation"));
        long reach = (((node.Spec(0).Shape[2] + (2 * padding) - (dilation * (kernel - 1)) - 1) / stride) * stride) + 1;
        long[] shape = TorchValues.Lengths(node.Made.Shape);
        return x =>
        {
            TorchTensor padded = padding == 0 ? x[0] : F.pad(x[0], [0L, 0, 0, 0, padding, padding]);
            var taps = new TorchTensor[kernel];
            for (int k = 0; k < taps.Length; k++)
            {
                taps[k] = padded.slice(2, k * dilation, (k * dilation) + reach, stride);
            }

            // [N, C, kernel, D′, H, W] → [N, D′, C, kernel, H, W].
            return [torch.stack(taps, 2).permute(0, 3, 1, 2, 4, 5).reshape(shape)];
        };
    }
}
