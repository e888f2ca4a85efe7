using F = TorchSharp.torch.nn.functional;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>
/// Fills the channels of a convolution up to whole blocks with zeros. The oneDNN 3.7.1 of libtorch 2.10 lays maps out in blocks of 8 or 16 channels, and
/// was found to leave the rest of a last block as the memory was, and to sum over it: forward over input channels, in the gradient of the maps over output
/// channels, in single precision, without groups, for kernels of more than 1×1 (measured on an AMD EPYC with AVX-512, and there with AVX2; right with
/// SSE4.1, and without oneDNN). Over zeros the sums are right, and as much is computed as before, since the blocks are computed whole.
/// </summary>
/// <param name="Outputs">Output channels.</param>
/// <param name="Inputs">Input channels.</param>
/// <param name="FillsInputs">Whether input channels are filled up.</param>
/// <param name="FillsOutputs">Whether output channels are, where a gradient of the maps will be wanted.</param>
/// <param name="IsTransposed">Whether the weight is [inputs, outputs, …] instead of [outputs, inputs, …].</param>
internal sealed record ChannelBlocks(long Outputs, long Inputs, bool FillsInputs, bool FillsOutputs, bool IsTransposed)
{
    private const int Block = 16;

    private readonly long _inputs = FillsInputs ? Missing(Inputs) : 0;
    private readonly long _outputs = FillsOutputs ? Missing(Outputs) : 0;

    /// <summary>Maps, weight and bias with whole blocks of channels.</summary>
    public (TorchTensor X, TorchTensor Weight, TorchTensor? Bias) Fill(TorchTensor[] x)
    {
        long outputs = x[0].requires_grad ? _outputs : 0;
        TorchTensor? bias = x.Length > 2 ? x[2] : null;
        if (_inputs + outputs == 0)
        {
            return (x[0], x[1], bias);
        }

        (long first, long second) = IsTransposed ? (_inputs, outputs) : (outputs, _inputs);
        return (
            _inputs == 0 ? x[0] : F.pad(x[0], [0L, 0, 0, 0, 0, _inputs]), F.pad(x[1], [0L, 0, 0, 0, 0, second, 0, first]),
            bias is null || outputs == 0 ? bias : F.pad(bias, [0L, outputs]));
    }

    /// <summary>The channels that were asked for.</summary>
    public TorchTensor Cut(TorchTensor y) => y.shape[1] == Outputs ? y : y.narrow(1, 0, Outputs);

    private static long Missing(long channels) => (Block - (channels % Block)) % Block;
}
