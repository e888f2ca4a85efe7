using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea;

/// <summary>
/// <c>y = x · σ(conv1d_k(GAP(x)))</c> with zeros beyond the first and the last channel: efficient channel attention. Inputs: x, the kernel
/// [1, 1, k] with odd k.
/// </summary>
internal sealed class ChannelConvGateOp() : ChannelGateOp(mean: true, max: false), ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new ChannelConvGateOp(), [2, 17, 3, 5], [1, 1, 3]),
        new(new ChannelConvGateOp(), [3, 4, 7, 7], [1, 1, 9]),
        new(new ChannelConvGateOp(), [1, 33, 1, 1], [1, 1, 1]),
        new(new ChannelConvGateOp(), [0, 4, 2, 2], [1, 1, 3]),
    ];

    public override string Name => "channel_conv_gate";

    public override OpAttributes Attributes => OpAttributes.None;

    protected override int KeptPerImage(Shape first) => 0;

    protected override OpCost NetworkCost(ReadOnlySpan<TensorSpec> inputs)
    {
        long gates = (long)inputs[0].Shape[0] * inputs[0].Shape[1];
        return new OpCost(gates * inputs[1].Shape.Elements, gates);
    }

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        (Tensor x, Tensor kernel) = (inputs[0], inputs[1]);
        (int n, int channels) = (x.Shape[0], x.Shape[1]);
        Tensor gate = x.GlobalAvgPool().Reshape(n, 1, channels).Conv1d(kernel, padding: kernel.Shape[2] / 2).Sigmoid().Reshape(n, channels);
        return [x * GateShapes.OverPositions(gate, x), gate];
    }

    protected override void CheckParameters(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length != 2 || inputs[1].Shape.Rank != 3 || inputs[1].Shape.Product(0, 2) != 1 || inputs[1].Shape[2] % 2 == 0)
        {
            throw new ShapeException(Name, "a kernel [1, 1, k] with odd k", inputs.Length > 1 ? inputs[1].Shape.ToString() : "none");
        }
    }

    protected override void Network<T>(
        ForwardContext c, int images, ReadOnlySpan<T> means, ReadOnlySpan<T> tops, Span<T> kept, Span<T> gates)
    {
        ReadOnlySpan<T> kernel = c.In<T>(1);
        int channels = c.InputSpec(0).Shape[1];
        for (int i = 0; i < images; i++)
        {
            Correlate(means.Slice(i * channels, channels), kernel, 1, gates.Slice(i * channels, channels));
        }

        Map.Run(gates, gates, default(Sigmoid));
    }

    protected override void NetworkBackward<T>(
        BackwardContext c, int images, ReadOnlySpan<T> gates, ReadOnlySpan<T> kept, Span<T> dGates, Span<T> work, Span<T> dMeans, Span<T> dTops)
    {
        ReadOnlySpan<T> kernel = c.In<T>(1);
        int channels = c.InputSpec(0).Shape[1];
        Zip.Run<SigmoidBackward, T>(gates, dGates, dGates, default);
        for (int i = 0; i < images; i++)
        {
            Correlate(dGates.Slice(i * channels, channels), kernel, -1, dMeans.Slice(i * channels, channels));
        }
    }

    protected override void ParameterGradients<T>(
        BackwardContext c, ReadOnlySpan<T> means, ReadOnlySpan<T> tops, ReadOnlySpan<T> kept, ReadOnlySpan<T> dGates, ReadOnlySpan<T> work)
    {
        if (!c.Needs(1))
        {
            return;
        }

        Shape x = c.InputSpec(0).Shape;
        Span<T> dw = c.GradIn<T>(1);
        int reach = dw.Length / 2;
        for (int tap = 0; tap < dw.Length; tap++)
        {
            int shift = tap - reach;
            T sum = T.Zero;
            for (int image = 0; image < x[0]; image++)
            {
                int at = image * x[1];
                for (int i = Math.Max(0, -shift); i < Math.Min(x[1], x[1] - shift); i++)
                {
                    sum += means[at + i + shift] * dGates[at + i];
                }
            }

            dw[tap] = sum;
        }
    }

    /// <summary><c>y[i] = Σ_t kernel[t] · x[i + direction · (t − reach)]</c>, zeros beyond the ends.</summary>
    private static void Correlate<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> kernel, int direction, Span<T> y)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        y.Clear();
        int reach = kernel.Length / 2;
        for (int tap = 0; tap < kernel.Length; tap++)
        {
            int shift = direction * (tap - reach);
            T weight = kernel[tap];
            for (int i = Math.Max(0, -shift); i < Math.Min(x.Length, x.Length - shift); i++)
            {
                y[i] += weight * x[i + shift];
            }
        }
    }
}
