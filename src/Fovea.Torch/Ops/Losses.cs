using TorchSharp;
using F = TorchSharp.torch.nn.functional;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>Losses that are ops of their own.</summary>
internal static class Losses
{
    // What the loss is divided by where no row counts: 0 through it is 0, and its reciprocal is a number in single precision.
    private const double Nothing = 1e-30;

    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All => [("cross_entropy", CrossEntropy)];

    /// <summary>Inputs: logits, labels, and (optionally) class weights. The mean over rows of which none counts is 0, where libtorch gives no number.</summary>
    private static TorchCall CrossEntropy(OpNode node)
    {
        (double smoothing, long ignored) = (node.Number("label_smoothing"), node.Integer("ignore_index"));
        var reduction = (LossReduction)node.Integer("reduction");
        torch.nn.Reduction asked = reduction == LossReduction.None ? torch.nn.Reduction.None : torch.nn.Reduction.Sum;
        (Scalar left, Scalar first) = (ignored.ToScalar(), 0L.ToScalar());
        Scalar smallest = Nothing.ToScalar();
        return x =>
        {
            TorchTensor? weight = x.Length > 2 ? x[2] : null;
            TorchTensor loss = F.cross_entropy(x[0], x[1], weight, ignored, asked, smoothing);
            return [reduction == LossReduction.Mean ? loss.div(Counted(x[1], weight, x[0].dtype)) : loss];
        };

        // The sum of the weights of the rows that count.
        TorchTensor Counted(TorchTensor labels, TorchTensor? weight, torch.ScalarType type)
        {
            TorchTensor counts = labels.ne(left);
            TorchTensor each = weight is null ? counts.to(type) : weight.index_select(0, labels.masked_fill(counts.logical_not(), first)).mul(counts);
            return each.sum().clamp(smallest);
        }
    }
}
