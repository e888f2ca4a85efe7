namespace Fovea.Torch;

/// <summary>Where and how libtorch computes.</summary>
public sealed record TorchOptions
{
    /// <summary><c>cpu</c> (default), <c>cuda</c> for the first GPU, or <c>cuda:N</c> for the N-th, counted from 0.</summary>
    public string Device { get; init; } = TorchDevice.Processor;

    /// <summary>What products and convolutions of float32 are computed in; default float32.</summary>
    public TorchPrecision Precision { get; init; }

    /// <summary>
    /// Whether maps [N, C, H, W] and the weights of convolutions lie with their channels innermost, as PyTorch's <c>channels_last</c>; default false. The numbers are the same within rounding. What is
    /// faster depends on the kernels that libtorch has for it: on the tensor cores of a GPU usually this.
    /// </summary>
    public bool ChannelsLast { get; init; }

    /// <summary>
    /// Whether libtorch takes kernels that give the same bits on every run, where it has them; default false, the fastest. It warns of each op that it has none for. A switch of the process: the module
    /// that was made last settles it.
    /// </summary>
    public bool Deterministic { get; init; }
}

/// <summary>
/// What products and convolutions are computed in where a model is of float32. Parameters, statistics, gradients and what is added up over many numbers
/// (norms, softmaxes, sums, losses) stay in float32.
/// </summary>
public enum TorchPrecision
{
    /// <summary>Single precision: 24 bits.</summary>
    Float32,

    /// <summary>Operands rounded to 11 bits in the tensor cores of a GPU; a processor computes float32.</summary>
    TensorFloat32,

    /// <summary>8 bits, with the range of float32.</summary>
    BFloat16,

    /// <summary>
    /// 11 bits, from 6e-8 to 65504. Gradients are scaled up for the backward pass and down after it; where one leaves the range, the pass is done again with less.
    /// </summary>
    Float16,
}
