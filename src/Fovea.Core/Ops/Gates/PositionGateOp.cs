using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Gates;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>How a channel's number a and a position's number b make the factor of x.</summary>
internal enum GateForm
{
    /// <summary><c>a · b</c>.</summary>
    Product,

    /// <summary><c>a + b</c>.</summary>
    Sum,

    /// <summary><c>1 + σ(a + b)</c>.</summary>
    ResidualSum,

    /// <summary><c>1 + σ(a · b)</c>.</summary>
    ResidualProduct,
}

/// <summary>
/// <c>y[n, c, i] = x[n, c, i] · factor(a[n, c], b[n, i])</c> in one sweep that never writes the factor, and all gradients in one more.
/// Inputs: x [N, C, H, W], b [N, 1, H, W], and unless the position's number is alone a [N, C, 1, 1].
/// </summary>
internal sealed class PositionGateOp(GateForm form, bool hasChannels) : GateOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples =>
    [
        .. Enum.GetValues<GateForm>().SelectMany(form => new OpSample[]
        {
            new(new PositionGateOp(form, true), [2, 3, 5, 7], [2, 1, 5, 7], [2, 3, 1, 1]),
            new(new PositionGateOp(form, true), [1, 70, 3, 11], [1, 1, 3, 11], [1, 70, 1, 1]),
        }),
        new(new PositionGateOp(GateForm.ResidualSum, true), [1, 2, 2, 9], [1, 1, 2, 9], [1, 2, 1, 1]) { Range = (-90, 90) },
        new(new PositionGateOp(GateForm.Product, false), [2, 5, 4, 4], [2, 1, 4, 4]),
        new(new PositionGateOp(GateForm.Sum, true), [2, 2, 47, 50], [2, 1, 47, 50], [2, 2, 1, 1]),
        new(new PositionGateOp(GateForm.Product, true), [0, 2, 2, 2], [0, 1, 2, 2], [0, 2, 1, 1]),
    ];

    public override string Name => "position_gate";

    public override OpAttributes Attributes => new() { { "form", (int)form }, { "has_channels", hasChannels } };

    public GateForm Form => form;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        OpCost.PerElement(inputs[0], form is GateForm.Product or GateForm.Sum ? 1 + (hasChannels ? 1 : 0) : 4);

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        (Tensor x, Tensor b) = (inputs[0], inputs[1]);
        Tensor product = hasChannels ? inputs[2] * b : b;
        Tensor sum = hasChannels ? inputs[2] + b : b + 1;
        return
        [
            x * form switch
            {
                GateForm.Product => product,
                GateForm.Sum => sum,
                GateForm.ResidualSum => sum.Sigmoid() + 1,
                _ => product.Sigmoid() + 1,
            },
        ];
    }

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        if (x.Rank != 4 || inputs.Length != (hasChannels ? 3 : 2))
        {
            throw new ShapeException(Name, $"maps [N, C, H, W] and {(hasChannels ? 2 : 1)} gates", $"{x} and {inputs.Length - 1}");
        }

        GateShapes.CheckParameter(Name, "a gate for each position", [x[0], 1, x[2], x[3]], inputs[1], x);
        if (hasChannels)
        {
            GateShapes.CheckParameter(Name, "a gate for each channel", [x[0], x[1], 1, 1], inputs[2], x);
        }

        return x;
    }

    protected internal override void Forward<T>(ForwardContext c, Epilogue<T> end)
    {
        switch (form)
        {
            case GateForm.Product:
                Scale<ProductGate, T>(c, end);
                break;
            case GateForm.Sum:
                Scale<SumGate, T>(c, end);
                break;
            case GateForm.ResidualSum:
                Scale<ResidualSumGate, T>(c, end);
                break;
            default:
                Scale<ResidualProductGate, T>(c, end);
                break;
        }

        for (int i = 0; i < c.InputCount; i++)
        {
            c.SaveInput(i);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        switch (form)
        {
            case GateForm.Product:
                Gradients<ProductGate, T>(c);
                break;
            case GateForm.Sum:
                Gradients<SumGate, T>(c);
                break;
            case GateForm.ResidualSum:
                Gradients<ResidualSumGate, T>(c);
                break;
            default:
                Gradients<ResidualProductGate, T>(c);
                break;
        }
    }

    private void Scale<TForm, T>(ForwardContext c, Epilogue<T> end)
        where TForm : struct, IGateForm
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Shape x = c.InputSpec(0).Shape;
        if (form == GateForm.ResidualSum && hasChannels && AreSmall(c.In<T>(1)) && AreSmall(c.In<T>(2)))
        {
            Span<T> a = c.Scratch<T>(x[0] * x[1]);
            Span<T> b = c.Scratch<T>(x[0] * x[2] * x[3]);
            Exponentials(c.In<T>(2), a);
            Exponentials(c.In<T>(1), b);
            ChannelPositionGate.Scale<ResidualExponentialGate, T>(
                x[0], x[1], x[2] * x[3], c.In<T>(0), a, b, c.Out<T>(), StreamingStores.Pay<T>(x.Elements), end);
            return;
        }

        ChannelPositionGate.Scale<TForm, T>(
            x[0], x[1], x[2] * x[3], c.In<T>(0), hasChannels ? c.In<T>(2) : default, c.In<T>(1), c.Out<T>(),
            StreamingStores.Pay<T>(x.Elements), end);
    }

    private void Gradients<TForm, T>(BackwardContext c)
        where TForm : struct, IGateForm
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Shape x = c.InputSpec(0).Shape;
        int positions = x[2] * x[3];
        Span<T> da = c.Needs(2) ? c.GradIn<T>(2) : c.Scratch<T>(x[0] * x[1]);
        Span<T> db = c.Needs(1) ? c.GradIn<T>(1) : c.Scratch<T>(x[0] * positions);
        Span<T> dx = c.Needs(0) ? c.GradIn<T>(0) : default;
        bool streaming = StreamingStores.Pay<T>(x.Elements);
        if (form == GateForm.ResidualSum && hasChannels && AreSmall(c.In<T>(1)) && AreSmall(c.In<T>(2)))
        {
            Span<T> a = c.Scratch<T>(x[0] * x[1]);
            Span<T> b = c.Scratch<T>(x[0] * positions);
            Exponentials(c.In<T>(2), a);
            Exponentials(c.In<T>(1), b);
            ChannelPositionGate.Backward<ResidualExponentialGate, T>(
                x[0], x[1], positions, c.In<T>(0), c.GradOut<T>(), a, b, da, db, dx, streaming);
            return;
        }

        ChannelPositionGate.Backward<TForm, T>(
            x[0], x[1], positions, c.In<T>(0), c.GradOut<T>(), hasChannels ? c.In<T>(2) : default, c.In<T>(1), da, db, dx, streaming);
    }

    private static bool AreSmall<T>(ReadOnlySpan<T> logits)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        T limit = T.CreateTruncating(ResidualExponentialGate.Limit);
        foreach (T logit in logits)
        {
            if (!(T.Abs(logit) <= limit))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary><c>to = e^−logits</c>.</summary>
    private static void Exponentials<T>(ReadOnlySpan<T> logits, Span<T> to)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Map.Run(logits, to, new Scale(-1));
        Map.Run(to, to, default(Exp));
    }
}
