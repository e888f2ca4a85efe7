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

    /// <summary>Whether the gate's pools are those of the fused op, and nobody listens to its parts.</summary>
    internal bool IsFusible => _pools.All(p => p is "avg" or "max") && _pools.Distinct().Count() == _pools.Count && !Listeners.Any(this);

    /// <summary>Whether the pools are the mean and the maximum, no more and no less.</summary>
    internal bool IsMeanAndMax => _pools.Count == 2 && _pools.Contains("avg") && _pools.Contains("max");

    /// <summary>The first map of the MLP.</summary>
    internal Linear First => _fc1;

    /// <summary>The second.</summary>
    internal Linear Second => _fc2;

    /// <summary>The scaled maps and the gate [N, C], in as few sweeps as the pools allow.</summary>
    internal (Tensor Y, Tensor Gate) Scale(Tensor x)
    {
        if (IsFusible)
        {
            return FusedGates.ChannelMlp(x, _fc1, _fc2, _pools.Contains("avg"), _pools.Contains("max"), hard: false);
        }

        Tensor gate = Call(x);
        return (x * gate.Reshape(gate.Shape[0], gate.Shape[1], 1, 1), gate);
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

    private static Tensor Pool(Tensor x, string pool)
    {
        Tensor positions = x.Flatten(2);
        return pool switch
        {
            "avg" => positions.Mean([-1]),
            "max" => positions.Max(-1),
            "lp" => positions.Norm(-1),
            _ => positions.LogSumExp(-1),
        };
    }
}
