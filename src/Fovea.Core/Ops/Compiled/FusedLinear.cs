using System.Collections.Immutable;
using Fovea.Simd.Gemm;

namespace Fovea.Compilation;

/// <summary>
/// A fully connected layer of constant weights with what follows it: <c>y = activation(batch norm(x · weightᵀ + bias)) + residual</c>.
/// Inputs: x, and (optionally) the residual.
/// </summary>
internal sealed class FusedLinear : CompiledOp, IAbsorbs, IPacks
{
    private readonly Shape _y;
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly int _rows;
    private ChannelScale? _scale;
    private LinearActivation _activation;
    private bool _residual;
    private Weights? _weights;
    private bool _packs;

    private FusedLinear(Shape y, Tensor weight, Tensor? bias)
    {
        (_y, _weight, _bias) = (y, weight, bias);
        _rows = y.Product(0, y.Rank - 1);
    }

    public override string Name =>
        $"linear{(_scale is null ? "" : "+batch_norm")}{(_activation == LinearActivation.None ? "" : $"+{_activation.ToString().ToLowerInvariant()}")}{(_residual ? "+add" : "")}";

    /// <summary>The fused form of a layer; null when its weights are not constants of single precision.</summary>
    public static Fusion? Of(Step step) =>
        step.Constant(1) is { DType: DType.Float32 } weight && (step.Inputs.Length < 3 || step.Constant(2) is not null)
            ? new Fusion(new FusedLinear(step.Outputs[0].Spec.Shape, weight, step.Constant(2)), [step.Inputs[0]])
            : null;

    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs) => [new TensorSpec(_y, DType.Float32)];

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => new(
        (long)_y.Elements * _weight.Shape[1],
        _y.Elements * ((_bias is not null || _scale is not null ? 1L : 0) + (_residual ? 1 : 0) + (_activation == LinearActivation.None ? 0 : 1)));

    public Fusion? Absorb(Step step, Step user)
    {
        if (_residual)
        {
            return null;
        }

        Value y = step.Outputs[0];
        bool isBare = _activation == LinearActivation.None;
        if (user.Op is FusedBatchNorm { Epilogue.Residual: false } norm && user.Inputs[0] == y && isBare && _scale is null && _y.Rank == 2)
        {
            return With(norm.Scale, norm.Epilogue.Relu ? LinearActivation.Relu : LinearActivation.None, false, step.Inputs);
        }

        if (user.Op is AddOp && FusedEpilogue.Added(y, user) is { } added)
        {
            return With(_scale, _activation, true, [step.Inputs[0], added]);
        }

        return isBare && Activation(user.Op) is { } activation ? With(_scale, activation, false, step.Inputs) : null;
    }

    public Op Pack(ConstantStore constants)
    {
        // A single row reads each weight once, as it lies: there is nothing to gain from another order. Where the first plan has more
        // rows, the packed weights are all there is.
        Tensor?[] sources = [_weight, _bias, .. _scale?.Sources ?? []];
        (int outs, int ins) = (_weight.Shape[0], _weight.Shape[1]);
        _weights = constants.Keep($"linear {_scale?.Name}", _weight.Spec, sources, () =>
        {
            (float[] scale, float[] shift) = _scale?.Fold(_bias) ?? ([], _bias?.ToArray<float>() ?? []);
            if (_rows == 1)
            {
                Tensor lying = scale.Length == 0 ? constants.Hold(_weight) : Scaled(scale, constants.Make(_weight.Spec));
                return new Weights(shift) { Plain = lying };
            }

            using TensorScope scope = TensorScope.Begin();
            Tensor plain = scale.Length == 0 ? _weight : Scaled(scale, Tensor.Empty(_weight.Shape));
            var packed = new PackedLinear<float>(outs, ins, plain.AsSpan<float>());
            return new Weights(shift) { Packed = constants.Own(packed, packed.Bytes) };
        });
        if (_rows > 1 && _weights.Packed is null)
        {
            var packed = new PackedLinear<float>(outs, ins, _weights.Plain!.AsSpan<float>());
            _weights.Packed = constants.Own(packed, packed.Bytes);
        }

        _packs = _rows > 1 || _weights.Plain is null;
        return this;
    }

    protected internal override void Forward(ForwardContext c)
    {
        var epilogue = new LinearEpilogue<float> { Bias = _weights!.Shift, Activation = _activation, Residual = c.InOrEmpty<float>(1) };
        if (_packs)
        {
            LinearMap.Run(_rows, c.In<float>(0), _weights.Packed!, epilogue, c.Out<float>());
            GC.KeepAlive(_weights);
        }
        else
        {
            (int outs, int ins) = (_weight.Shape[0], _weight.Shape[1]);
            LinearMap.Run(_rows, outs, ins, c.In<float>(0), _weights.Plain!.AsSpan<float>(), epilogue, c.Out<float>());
        }
    }

    private static LinearActivation? Activation(Op op) => op switch
    {
        ReluOp => LinearActivation.Relu,
        GeluOp => LinearActivation.Gelu,
        GeluTanhOp => LinearActivation.GeluTanh,
        SiluOp => LinearActivation.Silu,
        SigmoidOp => LinearActivation.Sigmoid,
        _ => null,
    };

    private Fusion With(ChannelScale? scale, LinearActivation activation, bool residual, ImmutableArray<Value> inputs) =>
        new(new FusedLinear(_y, _weight, _bias) { _scale = scale, _activation = activation, _residual = residual }, inputs);

    private Tensor Scaled(float[] scale, Tensor scaled)
    {
        ReadOnlySpan<float> weight = _weight.AsSpan<float>();
        Span<float> to = scaled.AsSpan<float>();
        int ins = _weight.Shape[1];
        for (int i = 0; i < weight.Length; i++)
        {
            to[i] = weight[i] * scale[i / ins];
        }

        return scaled;
    }

    /// <summary>The layer's numbers as they lie, in the order of the product, or both.</summary>
    private sealed class Weights(float[] shift)
    {
        public float[] Shift => shift;

        public Tensor? Plain { get; init; }

        public PackedLinear<float>? Packed { get; set; }
    }
}
