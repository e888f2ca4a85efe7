namespace Fovea.Inspect;

/// <summary>What a class activation map of one picture is made from: a layer's activations, their gradients, and the model to ask again.</summary>
internal sealed class CamSample
{
    /// <summary>The layer.</summary>
    public required GridLayer Layer { get; init; }

    /// <summary>A: the layer's output, [channels, positions].</summary>
    public required float[] Activations { get; init; }

    /// <summary>G = ∂s/∂A; empty for methods that take no gradients.</summary>
    public required float[] Gradients { get; init; }

    /// <summary>The score of the picture as it is.</summary>
    public required double Score { get; init; }

    /// <summary>Scores of changed pictures, or of the picture in a changed model.</summary>
    public required CamTrials Trials { get; init; }

    public int Channels => Layer.Channels;

    public int Positions => Layer.Height * Layer.Width;

    /// <summary>A channel's activations.</summary>
    public ReadOnlySpan<float> A(int channel) => Activations.AsSpan(channel * Positions, Positions);

    /// <summary>The gradients of a channel's activations.</summary>
    public ReadOnlySpan<float> G(int channel) => Gradients.AsSpan(channel * Positions, Positions);

    /// <summary><c>Σ_c w_c · A_c</c>, with weights from a channel's activations and gradients.</summary>
    public double[] Weighted(Func<int, double> weight)
    {
        double[] map = new double[Positions];
        for (int c = 0; c < Channels; c++)
        {
            double w = weight(c);
            ReadOnlySpan<float> a = A(c);
            for (int p = 0; w != 0 && p < a.Length; p++)
            {
                map[p] += w * a[p];
            }
        }

        return map;
    }

    /// <summary><c>Σ_c f(A_c, G_c)</c>, place by place.</summary>
    public double[] Summed(Func<float, float, double> term)
    {
        double[] map = new double[Positions];
        for (int i = 0; i < Activations.Length; i++)
        {
            map[i % Positions] += term(Activations[i], Gradients[i]);
        }

        return map;
    }
}
