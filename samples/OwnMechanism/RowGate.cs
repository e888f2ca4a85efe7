namespace OwnMechanism;

/// <summary>A gate for each channel and row: <c>y = x · σ(1×1(ReLU(1×1(mean_W x))))</c>. Shapes: <c>x: [N, C, H, W] → same</c>.</summary>
public sealed class RowGate : Mechanism<RowGate>, IAttention<RowGate>
{
    private int _channels;
    private Conv2d _down = null!;
    private Conv2d _up = null!;

    /// <summary>Creates the mechanism. What must be given is a parameter; its range stands on the card.</summary>
    public RowGate(int channels)
        : base(("channels", channels))
    {
    }

    private RowGate(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Divides the channels inside. What may be given is a property; its default and range stand on the card.</summary>
    public int Reduction { get => Integer(); init => Set(value); }

    /// <summary>All there is to say about it: "fovea show", flags, checkpoints and generated pages read it here.</summary>
    public static Card Card { get; } = new()
    {
        Key = "row_gate",
        Name = "Row gate",
        Paper = "none: this sample",
        Year = 2026,
        Family = Family.Hybrid,
        Formula = "y = x · σ(1×1(ReLU(1×1(mean_W x))))",
        Shapes = "x: [N, C, H, W] → same",
        Options = [OptionSpec.Channels(), OptionSpec.Integer("reduction", "Divides the channels inside: C → C/r → C.", 8)],
        Flow = [new("rows", "mean over W", "x"), new("gate", "1×1, ReLU, 1×1, σ", "rows"), new("y", "×", "x", "gate")],
    };

    /// <summary>Builds it from options, as slots and checkpoints do.</summary>
    public static RowGate Create(AttentionOptions options) => new(options);

    /// <summary>Makes the parts, when they are first needed: properties have their values then. The names are those in checkpoints.</summary>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        int inner = Channels.Reduced(Card.Key, _channels, options.Integer("reduction"));
        _down = Register("down", new Conv2d(_channels, inner, 1));
        _up = Register("up", new Conv2d(inner, _channels, 1));
    }

    /// <summary>The formula. Gradients, traces and compiled models come from it.</summary>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps(Card.Key, x, _channels);
        return x * _up.Call(_down.Call(x.Mean([3], keepDim: true)).Relu()).Sigmoid();
    }
}
