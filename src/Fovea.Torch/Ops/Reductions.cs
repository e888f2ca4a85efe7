using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>Sums, means, extremes and their places, norms, variances.</summary>
internal static class Reductions
{
    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All =>
    [
        Over("sum", (x, axes, keep) => x.sum(axes, keep)), Over("mean", (x, axes, keep) => x.mean(axes, keep)),
        Along("max", (x, axis, keep) => x.max(axis, keep).values), Along("min", (x, axis, keep) => x.min(axis, keep).values),
        Along("norm", (x, axis, keep) => torch.linalg.vector_norm(x, 2, [axis], keep)),
        ("var", Variance),
        ("argmax_argmin", Place),
    ];

    // To libtorch no axes are all axes; to ours they are none.
    private static (string, Func<OpNode, TorchCall>) Over(string op, Func<TorchTensor, long[], bool, TorchTensor> call) => (op, node =>
    {
        (long[] axes, bool keep) = (node.Integers("axes"), node.Flag("keep_dim"));
        return axes.Length == 0 ? x => [x[0]] : x => [call(x[0], axes, keep)];
    }
    );

    private static (string, Func<OpNode, TorchCall>) Along(string op, Func<TorchTensor, long, bool, TorchTensor> call) => (op, node =>
    {
        (long axis, bool keep) = (node.Integer("axis"), node.Flag("keep_dim"));
        return x => [call(x[0], axis, keep)];
    }
    );

    private static TorchCall Variance(OpNode node)
    {
        (long[] axes, bool keep, bool unbiased) = (node.Integers("axes"), node.Flag("keep_dim"), node.Flag("unbiased"));
        return axes.Length == 0 ? x => [x[0].sub(x[0])] : x => [x[0].var(axes, unbiased, keep)];
    }

    private static TorchCall Place(OpNode node)
    {
        (long axis, bool keep) = (node.Integer("axis"), node.Flag("keep_dim"));
        return node.Flag("smallest") ? x => [x[0].argmin(axis, keep)] : x => [x[0].argmax(axis, keep)];
    }
}
