namespace Fovea.Layers;

/// <summary>
/// Group normalisation (Wu and He 2018): mean and biased variance over each group of channels and all positions of one image, then a
/// scale and shift a channel. Shapes: <c>[N, C, …] → same</c>. Parameters: <c>weight</c> (ones), <c>bias</c> (zeros) [C].
/// </summary>
public sealed class GroupNorm : Module
{
    /// <summary>Creates the layer.</summary>
    /// <param name="groups">Number of groups; C must divide by it.</param>
    /// <param name="channels">Channels of the input, C.</param>
    /// <param name="epsilon">Added to the variance (default 1e-5).</param>
    /// <exception cref="OptionException">The channels do not divide by the groups.</exception>
    public GroupNorm(int groups, int channels, double epsilon = 1e-5)
    {
        Channels.CheckDivisible("group_norm", "channels", channels, "groups", groups);
        Groups = groups;
        Epsilon = epsilon;
        Weight = RegisterParameter("weight", Tensor.Ones([channels]));
        Bias = RegisterParameter("bias", Tensor.Zeros([channels]));
    }

    /// <summary>Number of groups.</summary>
    public int Groups { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>[C].</summary>
    public Tensor Weight { get; }

    /// <summary>[C].</summary>
    public Tensor Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.GroupNorm(Groups, Weight, Bias, Epsilon);

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        Weight.Fill(1);
        Bias.Fill(0);
    }
}
