using Fovea.Simd.Masking;
using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>Comparisons, and choices by the masks that they give.</summary>
internal static class Comparisons
{
    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All =>
    [
        ("compare", Compare),
        ("where", _ => x => [torch.where(x[2], x[0], x[1])]),
        ("masked_fill", MaskedFill),
    ];

    private static TorchCall Compare(OpNode node)
    {
        var comparison = (Comparison)node.Integer("comparison");
        if (node.NumberOrNull("number") is { } value)
        {
            // A number beside whole ones is one of them, as it is in our kernel.
            Scalar number = node.DType.IsFloating() ? value.ToScalar() : node.DType == DType.UInt8 ? ((long)byte.CreateSaturating(value)).ToScalar() : long.CreateSaturating(value).ToScalar();
            return comparison switch
            {
                Comparison.Greater => x => [x[0].gt(number)],
                Comparison.GreaterOrEqual => x => [x[0].ge(number)],
                Comparison.Less => x => [x[0].lt(number)],
                Comparison.LessOrEqual => x => [x[0].le(number)],
                Comparison.Equal => x => [x[0].eq(number)],
                _ => x => [x[0].ne(number)],
            };
        }

        return comparison switch
        {
            Comparison.Greater => x => [x[0].gt(x[1])],
            Comparison.GreaterOrEqual => x => [x[0].ge(x[1])],
            Comparison.Less => x => [x[0].lt(x[1])],
            Comparison.LessOrEqual => x => [x[0].le(x[1])],
            Comparison.Equal => x => [x[0].eq(x[1])],
            _ => x => [x[0].ne(x[1])],
        };
    }

    private static TorchCall MaskedFill(OpNode node)
    {
        Scalar value = node.Scalar("value");
        return x => [x[0].masked_fill(x[1], value)];
    }
}
