namespace Fovea;

/// <summary>
/// <c>y = x · gate(Σ_pools W2 · ReLU(W1 · pool(x) + b1) + b2)</c>: squeeze-and-excitation with the mean alone, CBAM's channel gate with
/// mean and maximum. Inputs: x, W1 [R, C], W2 [C, R], then b1 [R], b2 [C] if there are biases.
/// </summary>
internal sealed class ChannelMlpGateOp(bool mean, bool max, bool bias, bool hard = false) : ChannelGateOp(mean, max), ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new ChannelMlpGateOp(true, false, false), [2, 17, 3, 5], [2, 17], [17, 2]),
        new(new ChannelMlpGateOp(true, false, true), [3, 16, 7, 7], [4, 16], [16, 4], [4], [16]),
        new(new ChannelMlpGateOp(true, false, true, hard: true), [2, 8, 1, 1], [3, 8], [8, 3], [3], [8]),
        new(new ChannelMlpGateOp(true, true, false), [2, 5, 4, 9], [3, 5], [5, 3]) { Distinct = true },
        new(new ChannelMlpGateOp(true, true, true), [1, 6, 33], [1, 6], [6, 1], [1], [6]) { Distinct = true },
        new(new ChannelMlpGateOp(false, true, true), [2, 4, 3, 3], [2, 4], [4, 2], [2], [4]) { Distinct = true },
        new(new ChannelMlpGateOp(true, true, true), [5, 300, 2, 2], [120, 300], [300, 120], [120], [300]) { Distinct = true },
        new(new ChannelMlpGateOp(true, false, true), [0, 4, 2, 2], [2, 4], [4, 2], [2], [4]),
    ];

    public override string Name => "channel_mlp_gate";

    public override OpAttributes Attributes => new() { { "mean", HasMean }, { "max", HasMax }, { "bias", bias }, { "hard", hard } };

    public bool Hard => hard;

    public bool Mean => HasMean;

    public bool Max => HasMax;

    private GateMlp Mlp => new(HasMean, HasMax, hard);

    protected override int KeptPerImage(Shape first) => Mlp.KeptPerImage(first[0]);

    protected override OpCost NetworkCost(ReadOnlySpan<TensorSpec> inputs) =>
        Mlp.Cost(inputs[0].Shape[0], inputs[0].Shape[1], inputs[1].Shape[0]);

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        Tensor x = inputs[0];
        Tensor gate = Mlp.Decompose(x, inputs[1], inputs[2], inputs.ElementAtOrDefault(3), inputs.ElementAtOrDefault(4));
        return [x * GateShapes.OverPositions(gate, x), gate];
    }

    protected override void CheckParameters(ReadOnlySpan<TensorSpec> inputs)
    {
        int expected = bias ? 5 : 3;
        if (inputs.Length != expected)
        {
            throw new ShapeException(Name, $"{expected} inputs", $"{inputs.Length}");
        }

        GateMlp.Check(Name, inputs[0].Shape, inputs[1], inputs[2], bias ? inputs[3] : null, bias ? inputs[4] : null);
    }

    protected override void Network<T>(
        ForwardContext c, int images, ReadOnlySpan<T> means, ReadOnlySpan<T> tops, Span<T> kept, Span<T> gates)
    {
        (int reduced, int channels) = (c.InputSpec(1).Shape[0], c.InputSpec(1).Shape[1]);
        Mlp.Forward(
            images, reduced, channels, c.In<T>(1), c.In<T>(2), bias ? c.In<T>(3) : default, bias ? c.In<T>(4) : default, means, tops, kept, gates);
    }

    protected override void NetworkBackward<T>(
        BackwardContext c, int images, ReadOnlySpan<T> gates, ReadOnlySpan<T> kept, Span<T> dGates, Span<T> work, Span<T> dMeans, Span<T> dTops)
    {
        (int reduced, int channels) = (c.InputSpec(1).Shape[0], c.InputSpec(1).Shape[1]);
        Mlp.Backward(images, reduced, channels, c.In<T>(1), c.In<T>(2), gates, kept, dGates, work, dMeans, dTops);
    }

    protected override void ParameterGradients<T>(
        BackwardContext c, ReadOnlySpan<T> means, ReadOnlySpan<T> tops, ReadOnlySpan<T> kept, ReadOnlySpan<T> dGates, ReadOnlySpan<T> work) =>
        Mlp.ParameterGradients(c, c.InputSpec(0).Shape[0], 1, bias ? 3 : -1, means, tops, kept, dGates, work);
}
