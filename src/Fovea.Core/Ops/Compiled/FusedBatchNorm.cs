using Fovea.Simd.Norm;

namespace Fovea.Compilation;

/// <summary>
/// A batch norm of constant statistics as the affine map that it is: <c>y = relu(x · scale + shift + residual)</c>. Inputs: x, and
/// (optionally) the residual. The linear map before it takes it in where it can.
/// </summary>
internal sealed class FusedBatchNorm : CompiledOp, IAbsorbs, IPacks
{
    private Map _map = new([], []);

    private FusedBatchNorm(ChannelScale scale, FusedEpilogue epilogue) => (Scale, Epilogue) = (scale, epilogue);

    public override string Name => $"batch_norm{Epilogue.Suffix}";

    public ChannelScale Scale { get; }

    /// <summary>What follows the map.</summary>
    public FusedEpilogue Epilogue { get; }

    /// <summary>The fused form; null when the statistics are not constants of single precision.</summary>
    public static Fusion? Of(Step step, bool relu)
    {
        if (step.Inputs[0].Spec.DType != DType.Float32 || ChannelScale.Of(step) is not { } scale)
        {
            return null;
        }

        bool adds = step.Inputs.Length > 5;
        return new Fusion(new FusedBatchNorm(scale, new(adds, relu)), adds ? [step.Inputs[0], step.Inputs[5]] : [step.Inputs[0]]);
    }

    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs) => [inputs[0]];

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        OpCost.PerElement(outputs[0], 2 + Epilogue.Operations);

    public Fusion? Absorb(Step step, Step user) => Epilogue.With(step.Outputs[0], user) is { } longer
        ? new Fusion(new FusedBatchNorm(Scale, longer.Epilogue), longer.Added is { } added ? [step.Inputs[0], added] : step.Inputs)
        : null;

    public Op Pack(ConstantStore constants)
    {
        _map = constants.Keep($"batch_norm {Scale.Name}", Scale.Sources[0].Spec, Scale.Sources, () =>
        {
            (float[] scale, float[] shift) = Scale.Fold(null);
            return new Map(scale, shift);
        });
        return this;
    }

    protected internal override void Forward(ForwardContext c)
    {
        (int n, int channels, int inner) = BatchNormShapes.Split(c.InputSpec(0).Shape);
        BatchNorm.Inference(n, channels, inner, c.In<float>(0), _map.Scale, _map.Shift, c.InOrEmpty<float>(1), Epilogue.Relu, c.Out<float>());
    }

    private sealed record Map(float[] Scale, float[] Shift);
}
