namespace Fovea.Layers;

/// <summary>The gates that one op computes whole, with the maps they were made of.</summary>
internal static class FusedGates
{
    /// <summary><c>x · gate(Σ_pools MLP(pool(x)))</c> and the gate [N, C].</summary>
    public static (Tensor Y, Tensor Gate) ChannelMlp(Tensor x, Linear fc1, Linear fc2, bool mean, bool max, bool hard)
    {
        bool bias = fc1.Bias is not null;
        var op = new ChannelMlpGateOp(mean, max, bias, hard);
        Tensor[] results = bias
            ? Op.RunAll(op, x, fc1.Weight, fc2.Weight, fc1.Bias!, fc2.Bias!)
            : Op.RunAll(op, x, fc1.Weight, fc2.Weight);
        return (results[0], results[1]);
    }

    /// <summary><c>x · σ(conv1d(GAP(x)))</c> and the gate [N, C].</summary>
    public static (Tensor Y, Tensor Gate) ChannelConv(Tensor x, Tensor kernel)
    {
        Tensor[] results = Op.RunAll(new ChannelConvGateOp(), x, kernel);
        return (results[0], results[1]);
    }
}
