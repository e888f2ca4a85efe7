using TorchSharp;
using F = TorchSharp.torch.nn.functional;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>Batch, layer and group norm.</summary>
internal static class Normalizations
{
    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All =>
        [("batch_norm", Training), ("batch_norm_eval", Inference), ("layer_norm", LayerNorm), ("group_norm", GroupNorm)];

    /// <summary>
    /// With the batch's statistics, which are outputs as well. libtorch hands them out as running ones that forget all that was before, the variance
    /// unbiased; where somebody in the graph computes with them, and gradients may flow through them, they are computed apart.
    /// </summary>
    private static TorchCall Training(OpNode node)
    {
        (double epsilon, bool relu) = (node.Number("epsilon"), node.Flag("relu"));
        Shape shape = node.Spec(0).Shape;
        double count = shape.Elements / shape[1];
        Scalar biased = ((count - 1) / count).ToScalar();
        long[] axes = [0, .. Enumerable.Range(2, shape.Rank - 2).Select(a => (long)a)];
        bool apart = node.IsRead(1) || node.IsRead(2);
        return x =>
        {
            // Of the weights' element type, which stays where maps are of fewer bits.
            TorchTensor mean = torch.zeros([shape[1]], x[1].dtype, x[1].device);
            TorchTensor variance = torch.zeros([shape[1]], x[1].dtype, x[1].device);
            TorchTensor y = Finished(F.batch_norm(x[0], mean, variance, x[1], x[2], training: true, momentum: 1, epsilon), x.Length > 3 ? x[3] : null, relu);
            return apart
                ? [y, x[0].to(x[1].dtype).mean(axes), x[0].to(x[1].dtype).var(axes, unbiased: false)]
                : [y, mean, variance.mul(biased)];
        };
    }

    // x, weight, bias, mean, variance, and a residual that may be added before a rectifier.
    private static TorchCall Inference(OpNode node)
    {
        (double epsilon, bool relu) = (node.Number("epsilon"), node.Flag("relu"));
        Scalar added = epsilon.ToScalar();
        long[] channels = [1, node.Spec(0).Shape[1], .. Enumerable.Repeat(1L, node.Rank - 2)];
        return x =>
        {
            // libtorch takes running statistics for constants; gradients reach them here by the formula.
            TorchTensor y = x[3].requires_grad || x[4].requires_grad
                ? x[0].sub(x[3].reshape(channels)).mul(x[4].add(added).rsqrt().mul(x[1]).reshape(channels)).add(x[2].reshape(channels))
                : F.batch_norm(x[0], x[3], x[4], x[1], x[2], training: false, momentum: 0, epsilon);
            return [Finished(y, x.Length > 5 ? x[5] : null, relu)];
        };
    }

    private static TorchTensor Finished(TorchTensor y, TorchTensor? residual, bool relu)
    {
        y = residual is null ? y : y.add(residual);
        return relu ? y.relu() : y;
    }

    private static TorchCall LayerNorm(OpNode node)
    {
        (long[] lengths, double epsilon) = (node.Integers("normalized"), node.Number("epsilon"));
        (int weight, int bias) = Affine(node);
        return x => [F.layer_norm(x[0], lengths, At(x, weight), At(x, bias), epsilon)];
    }

    private static TorchCall GroupNorm(OpNode node)
    {
        (long groups, double epsilon, long channels) = (node.Integer("groups"), node.Number("epsilon"), node.Spec(0).Shape[1]);
        (int weight, int bias) = Affine(node);

        // The gradient of libtorch's own fails where there is a bias and no weight.
        return weight < 0 && bias > 0
            ? x => [F.group_norm(x[0], groups, torch.ones([channels], x[0].dtype, x[0].device), x[bias], epsilon)]
            : x => [F.group_norm(x[0], groups, At(x, weight), At(x, bias), epsilon)];
    }

    // Where weight and bias stand among the inputs; −1 for nowhere.
    private static (int Weight, int Bias) Affine(OpNode node)
    {
        bool weight = node.Flag("has_weight");
        return (weight ? 1 : -1, node.Flag("has_bias") ? (weight ? 2 : 1) : -1);
    }

    private static TorchTensor? At(TorchTensor[] x, int input) => input < 0 ? null : x[input];
}
