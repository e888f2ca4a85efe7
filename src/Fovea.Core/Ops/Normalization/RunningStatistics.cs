namespace Fovea;

/// <summary>
/// What batch norms saw, kept for later instead of moving their running statistics at once: for a step whose parts run in several processes, and whose statistics have to
/// follow the parts in one order. While it is open, it takes the statistics of all forward passes of its thread.
/// </summary>
internal sealed class RunningStatistics : IDisposable
{
    [ThreadStatic]
    private static RunningStatistics? t_open;

    private readonly RunningStatistics? _before;
    private readonly List<Seen> _seen = [];

    /// <summary>Begins to keep them.</summary>
    public RunningStatistics() => (_before, t_open) = (t_open, this);

    /// <summary>In the order of the forward passes.</summary>
    public IReadOnlyList<Seen> All => _seen;

    /// <summary>Takes what a batch norm saw.</summary>
    /// <returns>False when nobody keeps it: the running statistic is to be moved now.</returns>
    public static bool TryKeep(Tensor running, Tensor batch, double momentum, double factor)
    {
        if (t_open is not { } open)
        {
            return false;
        }

        double[] values = running.DType == DType.Float32 ? Array.ConvertAll(batch.ToArray<float>(), v => (double)v) : batch.ToArray<double>();
        open._seen.Add(new Seen(running, momentum, factor, values));
        return true;
    }

    /// <summary>No longer keeps them. What was kept stays.</summary>
    public void Dispose() => t_open = _before;

    /// <summary>One statistic of one batch.</summary>
    /// <param name="Running">The running one.</param>
    /// <param name="Momentum">The batch's share in it.</param>
    /// <param name="Factor">What the batch's values are multiplied by: n / (n − 1) for a variance, 1 for a mean.</param>
    /// <param name="Values">The batch's values; a double holds those of either element type.</param>
    public sealed record Seen(Tensor Running, double Momentum, double Factor, double[] Values)
    {
        /// <summary><c>running = (1 − momentum) · running + momentum · factor · batch</c>, with the bits that a batch norm alone gives it.</summary>
        public void Apply()
        {
            if (Running.DType == DType.Float32)
            {
                BatchNormExtensions.Move(Running.AsSpan<float>(), Array.ConvertAll(Values, v => (float)v), Momentum, Factor);
            }
            else
            {
                BatchNormExtensions.Move(Running.AsSpan<double>(), Values, Momentum, Factor);
            }
        }
    }
}
