using Fovea.Torch.Ops;
using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Running;

/// <summary>
/// Which ops compute in fewer bits than float32, and in which element type each gets its inputs: products and convolutions in the lower one, what goes number
/// by number or moves numbers about in the one that it is given, all others in float32. The division is that of PyTorch's autocast, with everything that is not known to be
/// safe on the side of float32.
/// </summary>
internal static class LowerPrecision
{
    private static readonly HashSet<string> s_lowered = ["conv2d", "conv_transpose2d", "linear", "matmul", "scaled_dot_product_attention"];

    private static readonly HashSet<string> s_passed =
    [
        "relu", "relu6", "sigmoid", "tanh", "silu", "hard_sigmoid", "hard_swish", "gelu", "gelu_tanh", "leaky_relu",
        "add", "subtract", "multiply", "maximum", "minimum", "negate", "abs", "add_scalar", "multiply_scalar", "divide_scalar", "subtract_from_scalar", "clamp",
        "batch_norm", "batch_norm_eval", "max_pool2d", "avg_pool2d", "adaptive_avg_pool2d", "adaptive_max_pool2d", "upsample_nearest2d", "upsample_bilinear2d",
        "reshape", "permute", "expand", "flip", "concat", "split", "slice", "pad", "subsample", "gather", "index_select", "dropout",
    ];

    /// <summary>The element type that a precision lowers to; null for none.</summary>
    public static torch.ScalarType? Of(TorchPrecision precision) => precision switch
    {
        TorchPrecision.BFloat16 => torch.ScalarType.BFloat16,
        TorchPrecision.Float16 => torch.ScalarType.Float16,
        _ => null,
    };

    /// <summary>The names of the ops that compute in fewer bits, or in those that they are given.</summary>
    public static IEnumerable<string> Names => s_lowered.Concat(s_passed);

    /// <summary>The calls of an op with its inputs in the element types that it is to compute in.</summary>
    public static TorchCall Wrap(string op, TorchCall call, torch.ScalarType lower) =>
        s_lowered.Contains(op) ? x => call(Array.ConvertAll(x, t => t.dtype == torch.ScalarType.Float32 ? t.to(lower) : t))
        : s_passed.Contains(op) ? call
        : x => call(Array.ConvertAll(x, t => t.dtype == lower ? t.to(torch.ScalarType.Float32) : t));
}
