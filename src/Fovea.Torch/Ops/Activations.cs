using TorchSharp;
using F = TorchSharp.torch.nn.functional;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>Activations, and the softmax.</summary>
internal static class Activations
{
    // From here on e^(−βx) is below half a unit in the last place of a double, and libtorch may return x itself.
    private const double SoftplusThreshold = 40;

    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All =>
    [
        One("relu", x => x.relu()), One("relu6", x => x.relu6()), One("sigmoid", x => x.sigmoid()), One("tanh", x => x.tanh()), One("silu", x => x.silu()),
        ("hard_sigmoid", HardSigmoid), One("hard_swish", x => x.hardswish()),
        One("gelu", x => x.gelu()), One("gelu_tanh", x => F.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh)),
        ("leaky_relu", LeakyRelu),
        ("softplus", Softplus),
        ("softmax", Softmax),
        ("log_softmax", LogSoftmax),
    ];

    private static (string, Func<OpNode, TorchCall>) One(string op, Func<TorchTensor, TorchTensor> call) => (op, _ => x => [call(x[0])]);

    // The gradient of libtorch's own has its sixth in single precision, in double precision as well.
    private static TorchCall HardSigmoid(OpNode node)
    {
        if (node.DType == DType.Float32)
        {
            return x => [x[0].hardsigmoid()];
        }

        (Scalar six, Scalar half, Scalar none, Scalar one) = (6.0.ToScalar(), 0.5.ToScalar(), 0.0.ToScalar(), 1.0.ToScalar());
        return x => [x[0].div(six).add(half).clamp(none, one)];
    }

    private static TorchCall LeakyRelu(OpNode node)
    {
        Scalar slope = node.Scalar("negative_slope");
        return x => [x[0].leaky_relu(slope)];
    }

    private static TorchCall Softplus(OpNode node)
    {
        double beta = node.Number("beta");
        return x => [x[0].softplus(beta, SoftplusThreshold)];
    }

    /// <summary>
    /// Where all places of a row are left out by −∞ ours gives zeros and libtorch no numbers. It costs passes over the relation to see to it, so it
    /// is done only where something in the graph can put −∞ there.
    /// </summary>
    private static TorchCall Softmax(OpNode node)
    {
        long axis = node.Integer("axis");
        if (!node.MayForbid || node.Spec(0).Shape[(int)axis] == 0)
        {
            return x => [x[0].softmax(axis)];
        }

        (Scalar forbidden, Scalar none) = (double.NegativeInfinity.ToScalar(), 0.0.ToScalar());
        return x =>
        {
            TorchTensor nothing = x[0].detach().amax([axis], keepdim: true).eq(forbidden);
            return [x[0].masked_fill(nothing, none).softmax(axis).masked_fill(nothing, none)];
        };
    }

    private static TorchCall LogSoftmax(OpNode node)
    {
        long axis = node.Integer("axis");
        return x => [x[0].log_softmax(axis)];
    }
}
