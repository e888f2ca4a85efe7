namespace Fovea.Layers;

/// <summary>
/// Batch normalisation (Ioffe and Szegedy 2015): <c>y = (x − mean) / √(var + eps) · weight + bias</c> per channel. In training mean and
/// biased variance are the batch's, and the running statistics follow with <c>running = (1 − momentum) · running + momentum · batch</c>
/// (the variance unbiased, as PyTorch keeps it); in evaluation they are the running ones. Shapes: <c>[N, C, …] → same</c>. Parameters:
/// <c>weight</c> (ones), <c>bias</c> (zeros) [C]; buffers: <c>running_mean</c> (zeros), <c>running_var</c> (ones) [C].
/// </summary>
public abstract class BatchNorm : Module
{
    private protected BatchNorm(int channels, double epsilon, double momentum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        Epsilon = epsilon;
        Momentum = momentum;
        Weight = RegisterParameter("weight", Tensor.Ones([channels]));
        Bias = RegisterParameter("bias", Tensor.Zeros([channels]));
        RunningMean = RegisterBuffer("running_mean", Tensor.Zeros([channels]));
        RunningVar = RegisterBuffer("running_var", Tensor.Ones([channels]));
    }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>Share of the batch's statistics in the running ones after a step.</summary>
    public double Momentum { get; }

    /// <summary>[C].</summary>
    public Tensor Weight { get; }

    /// <summary>[C].</summary>
    public Tensor Bias { get; }

    /// <summary>[C].</summary>
    public Tensor RunningMean { get; }

    /// <summary>[C].</summary>
    public Tensor RunningVar { get; }

    /// <summary>Normalises, then adds <paramref name="residual"/> if there is one, then rectifies if asked: three passes in one.</summary>
    public Tensor CallFused(Tensor x, bool relu, Tensor? residual = null)
    {
        using IDisposable? part = EnterTrace();
        using TensorScope scope = TensorScope.Begin();
        return TellListeners(scope, Normalize(x, relu, residual), residual is null ? [x] : [x, residual]);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Normalize(x, relu: false, residual: null);

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        Weight.Fill(1);
        Bias.Fill(0);
        RunningMean.Fill(0);
        RunningVar.Fill(1);
    }

    private Tensor Normalize(Tensor x, bool relu, Tensor? residual) =>
        x.BatchNorm(RunningMean, RunningVar, Weight, Bias, IsTraining, Momentum, Epsilon, residual, relu);
}

/// <summary>Batch normalisation of [N, C] or [N, C, L]; see <see cref="BatchNorm"/>.</summary>
/// <param name="channels">Channels of the input.</param>
/// <param name="epsilon">Added to the variance (default 1e-5).</param>
/// <param name="momentum">Share of the batch in the running statistics (default 0.1).</param>
public sealed class BatchNorm1d(int channels, double epsilon = 1e-5, double momentum = 0.1) : BatchNorm(channels, epsilon, momentum);

/// <summary>Batch normalisation of [N, C, H, W]; see <see cref="BatchNorm"/>.</summary>
/// <param name="channels">Channels of the input.</param>
/// <param name="epsilon">Added to the variance (default 1e-5).</param>
/// <param name="momentum">Share of the batch in the running statistics (default 0.1).</param>
public sealed class BatchNorm2d(int channels, double epsilon = 1e-5, double momentum = 0.1) : BatchNorm(channels, epsilon, momentum);

/// <summary>Batch normalisation of [N, C, D, H, W]; see <see cref="BatchNorm"/>.</summary>
/// <param name="channels">Channels of the input.</param>
/// <param name="epsilon">Added to the variance (default 1e-5).</param>
/// <param name="momentum">Share of the batch in the running statistics (default 0.1).</param>
public sealed class BatchNorm3d(int channels, double epsilon = 1e-5, double momentum = 0.1) : BatchNorm(channels, epsilon, momentum);
