using F = TorchSharp.torch.nn.functional;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>Matrix products.</summary>
internal static class Products
{
    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All =>
    [
        ("linear", _ => x => [F.linear(x[0], x[1], x.Length > 2 ? x[2] : null)]),
        ("matmul", MatMul),
    ];

    private static TorchCall MatMul(OpNode node)
    {
        (bool a, bool b) = (node.Flag("transpose_a"), node.Flag("transpose_b"));
        return x => [Operand(x[0], a).matmul(Operand(x[1], b))];
    }

    // A view: the product reads it transposed.
    private static TorchTensor Operand(TorchTensor x, bool transposed) => transposed ? x.transpose(-2, -1) : x;
}
