namespace Fovea.Layers;

/// <summary>
/// The channel gate that CBAM introduced: <c>σ(Σ_p MLP(pool_p(x)))</c> with one MLP, C → C/r → C, for every pool. Shapes:
/// <c>x: [N, C, H, W] → gate: [N, C]</c>. Parameters: <c>fc1</c>, <c>fc2</c>.
/// </summary>
public sealed class PooledMlpGate : Module
{
    private readonly IReadOnlyList<string> _pools;
    private readonly Linear _fc1;
    private readonly Linear _fc2;

    /// <summary>Creates the gate.</summary>
    /// <param name="channels">C.</param>
    /// <param name="reduction">r, at most C.</param>
    /// <param name="bias">Whether the MLP has biases.</param>
    /// <param name="pools">One or more of <c>avg</c>, <c>max</c>, <c>lp</c> (<c>√Σx²</c>) and <c>lse</c> (<c>m + log Σ e^(x − m)</c>).</param>
    public PooledMlpGate(int channels, int reduction, bool bias, IReadOnlyList<string> pools)
    {
        _pools = pools;
        int reduced = Channels.Reduced("cbam_channel", channels, reduction);
        _fc1 = Register("fc1", new Linear(channels, reduced, bias));
        _fc2 = Register("fc2", new Linear(reduced, channels, bias));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Tensor? sum = null;
        foreach (string pool in _pools)
        {
            Tensor logits = _fc2.Call(_fc1.Call(Pool(x, pool)).Relu());
            sum = sum is null ? logits : sum + logits;
        }

        return sum!.Sigmoid();
    }

    private static Tensor Pool(Tensor x, string pool) => pool switch
    {
        "avg" => x.GlobalAvgPool(),
        "max" => x.GlobalMaxPool(),
        "lp" => x.Flatten(2).Norm(-1),
        _ => x.Flatten(2).LogSumExp(-1),
    };
}
