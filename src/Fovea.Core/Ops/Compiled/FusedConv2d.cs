using System.Collections.Immutable;
using Fovea.Simd.Conv;
using Fovea.Simd.Pooling;

namespace Fovea.Compilation;

/// <summary>
/// A convolution of constant weights with what follows it: <c>y = relu(batch norm(conv(x)) + residual)</c>. Inputs: x, and
/// (optionally) the residual. A maximum over windows that follows may be taken along with it.
/// </summary>
internal sealed class FusedConv2d : CompiledOp, IAbsorbs, IPacks
{
    private readonly ConvShape _shape;
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private ChannelScale? _scale;
    private FusedEpilogue _epilogue;
    private PoolShape? _pool;
    private Packed? _packed;

    private FusedConv2d(ConvShape shape, Tensor weight, Tensor? bias) => (_shape, _weight, _bias) = (shape, weight, bias);

    public override string Name => $"conv2d{(_scale is null ? "" : "+batch_norm")}{_epilogue.Suffix}{(_pool is null ? "" : "+max_pool2d")}";

    /// <summary>The fused form of a convolution; null when its weights are not constants of single precision.</summary>
    public static Fusion? Of(Step step, ConvShape shape) =>
        step.Constant(1) is { DType: DType.Float32 } weight && (step.Inputs.Length < 3 || step.Constant(2) is not null)
            ? new Fusion(new FusedConv2d(shape, weight, step.Constant(2)), [step.Inputs[0]])
            : null;

    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs) =>
        [new TensorSpec([_shape.Batch, _shape.OutChannels, _pool?.OutHeight ?? _shape.OutHeight, _pool?.OutWidth ?? _shape.OutWidth], DType.Float32)];

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => new(
        _shape.MultiplyAdds,
        ((long)_shape.Batch * _shape.OutChannels * _shape.OutHeight * _shape.OutWidth
            * ((_bias is not null || _scale is not null ? 1L : 0) + _epilogue.Operations))
        + (_pool is { } p ? p.OutputLength * p.KernelHeight * p.KernelWidth : 0));

    public Fusion? Absorb(Step step, Step user)
    {
        if (_pool is null && !_epilogue.Residual && user.Op is MaxPool2dOp pool && Convolution.TakesMaxPool<float>(_shape, Geometry(pool)))
        {
            Fusion whole = With(_scale, _epilogue, step.Inputs);
            ((FusedConv2d)whole.Op)._pool = Geometry(pool);
            return whole;
        }

        if (_pool is not null)
        {
            return null;
        }

        Value y = step.Outputs[0];
        if (user.Op is FusedBatchNorm norm && user.Inputs[0] == y && _scale is null && _epilogue == default)
        {
            return With(norm.Scale, norm.Epilogue, norm.Epilogue.Residual ? [step.Inputs[0], user.Inputs[1]] : step.Inputs);
        }

        return _epilogue.With(y, user) is { } longer
            ? With(_scale, longer.Epilogue, longer.Added is { } added ? [step.Inputs[0], added] : step.Inputs)
            : null;
    }

    // The residual of a block is mostly read here for the last time. Adding in place saves fetching the lines of another map.
    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) => input == 1 && _packed is { Weights.AddsInPlace: true };

    public Op Pack(ConstantStore constants)
    {
        // Another batch of the same maps shares the weights, and with them the algorithm that was chosen for the first.
        ConvShape s = _shape with { Batch = 1 };
        Tensor?[] sources = [_weight, _bias, .. _scale?.Sources ?? []];
        _packed = constants.Keep($"conv2d {s} {_scale?.Name}", _weight.Spec, sources, () =>
        {
            (float[] scale, float[] shift) = _scale?.Fold(_bias) ?? ([], _bias?.ToArray<float>() ?? []);
            var weights = new PackedWeights<float>(_shape, _weight.AsSpan<float>(), scale);
            return new Packed(constants.Own(weights, weights.Bytes), shift);
        });
        return this;
    }

    protected internal override void Forward(ForwardContext c)
    {
        if (_pool is { } pool)
        {
            Convolution.ForwardMaxPool(_shape, pool, c.In<float>(0), _packed!.Weights, _packed.Shift, _epilogue.Relu, c.Out<float>());
        }
        else
        {
            Convolution.Forward(_shape, c.In<float>(0), _packed!.Weights, _packed.Shift, c.InOrEmpty<float>(1), _epilogue.Relu, c.Out<float>());
        }
    }

    private PoolShape Geometry(MaxPool2dOp pool) =>
        pool.Window.Geometry(new Shape(_shape.Batch, _shape.OutChannels, _shape.OutHeight, _shape.OutWidth));

    private Fusion With(ChannelScale? scale, FusedEpilogue epilogue, ImmutableArray<Value> inputs) =>
        new(new FusedConv2d(_shape, _weight, _bias) { _scale = scale, _epilogue = epilogue }, inputs);

    private sealed record Packed(PackedWeights<float> Weights, float[] Shift);
}
