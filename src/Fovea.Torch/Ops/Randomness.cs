using Fovea.Simd.Noise;
using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>What is drawn at random. The places are those that our engine draws for the same seed, so that a run may go on with either.</summary>
internal static class Randomness
{
    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All => [("dropout", Dropout)];

    private static TorchCall Dropout(OpNode node)
    {
        (double probability, ulong seed, TensorSpec spec) = (node.Number("probability"), node.Seed("seed"), node.Spec(0));
        return x =>
        {
            using Tensor mask = Tensor.Ones(spec.Shape, spec.DType);
            if (spec.DType == DType.Float32)
            {
                DropoutMask.Apply<float>(mask.AsSpan<float>(), mask.AsSpan<float>(), probability, seed);
            }
            else
            {
                DropoutMask.Apply<double>(mask.AsSpan<double>(), mask.AsSpan<double>(), probability, seed);
            }

            using TorchTensor kept = TorchValues.Write(mask);
            return [x[0].mul(kept.to(x[0].dtype, x[0].device))];
        };
    }
}
