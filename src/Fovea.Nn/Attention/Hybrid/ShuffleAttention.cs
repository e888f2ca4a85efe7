using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Shuffle Attention (SA-Net): in each group of channels one half gets a gate per channel, the other a gate per element; then the
/// channels are shuffled so that the halves meet.
/// <para>Formula, per group split into x0 and x1: <c>x0 · σ(cw · GAP(x0) + cb)</c>, <c>x1 · σ(sw · GN(x1) + sb)</c>; concatenated;
/// channel shuffle by 2. GN has c' groups over the c' = C/2G channels of a half.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>; C must divide by 2G. Parameters: <c>cweight</c> (zeros), <c>cbias</c> (ones),
/// <c>sweight</c> (zeros), <c>sbias</c> (ones) [1, c', 1, 1], <c>gn</c>.</para>
/// <para>Source: Zhang, Yang, "SA-Net: Shuffle Attention for Deep Convolutional Neural Networks", 2021.</para>
/// </summary>
public sealed class ShuffleAttention : Mechanism<ShuffleAttention>, IAttention<ShuffleAttention>
{
    private int _channels;
    private int _groups;
    private Tensor _channelWeight = null!;
    private Tensor _channelBias = null!;
    private Tensor _spatialWeight = null!;
    private Tensor _spatialBias = null!;
    private GroupNorm _norm = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public ShuffleAttention(int channels)
        : base(("channels", channels))
    {
    }

    private ShuffleAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Groups of channels; the channels must divide by twice as many (a whole number ≥ 1, default 64).</summary>
    public int Groups { get => Integer(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "shuffle",
        Name = "Shuffle Attention",
        Paper = "SA-Net: Shuffle Attention for Deep Convolutional Neural Networks",
        Year = 2021,
        Family = Family.Hybrid,
        Formula = "per group: [x0 · σ(cw · GAP(x0) + cb); x1 · σ(sw · GN(x1) + sb)], then channel shuffle by 2",
        Shapes = "x: [N, C, H, W] → same",
        Options = [OptionSpec.Channels(), OptionSpec.Integer("groups", "Groups of channels; the channels must divide by twice as many.", 64)],
        Variants = ["Paper and official code are the same."],
        Fit = static slot => new Dictionary<string, object> { ["channels"] = slot.Channels, ["groups"] = Channels.MostGroups(slot.Channels, 64, 2) },
        Flow =
        [
            new("x0", "first half", "x"), new("x1", "second half", "x"), new("c", "GAP, affine, σ", "x0"), new("s", "GN, affine, σ", "x1"),
            new("m0", "×", "x0", "c"), new("m1", "×", "x1", "s"), new("y", "concat, shuffle", "m0", "m1"),
        ],
    };

    /// <inheritdoc/>
    public static ShuffleAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _groups = options.Integer("groups");
        Channels.CheckDivisible("shuffle", "channels", _channels, "2·groups", 2 * _groups);
        int half = _channels / (2 * _groups);
        _channelWeight = RegisterParameter("cweight", Tensor.Zeros([1, half, 1, 1]));
        _channelBias = RegisterParameter("cbias", Tensor.Ones([1, half, 1, 1]));
        _spatialWeight = RegisterParameter("sweight", Tensor.Zeros([1, half, 1, 1]));
        _spatialBias = RegisterParameter("sbias", Tensor.Ones([1, half, 1, 1]));
        _norm = Register("gn", new GroupNorm(half, half));
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("shuffle", x, _channels);
        (int n, int h, int w) = (x.Shape[0], x.Shape[2], x.Shape[3]);
        Tensor[] halves = x.Reshape(n * _groups, _channels / _groups, h, w).Chunk(2, 1);
        Tensor channel = (halves[0].Mean([2, 3], keepDim: true) * _channelWeight + _channelBias).Sigmoid();
        Tensor spatial = (_norm.Call(halves[1]) * _spatialWeight + _spatialBias).Sigmoid();
        if (AttentionRecorder.IsActive)
        {
            int half = _channels / 2;
            AttentionRecorder.Publish(this, new ChannelGate("channel", AttentionRecorder.Share(channel.Reshape(n, half))));
            AttentionRecorder.Publish(this, new ElementGate("spatial", AttentionRecorder.Share(spatial.Reshape(n, half, h, w))));
        }

        return Tensor.Concat([halves[0] * channel, halves[1] * spatial], 1).Reshape(n, _channels, h, w).ChannelShuffle(2);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        _channelWeight.Fill(0);
        _channelBias.Fill(1);
        _spatialWeight.Fill(0);
        _spatialBias.Fill(1);
    }
}
