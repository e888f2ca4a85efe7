using Fovea.Simd.Sweeps;

namespace Fovea.Compilation;

/// <summary>Implemented by a gate whose last sweep can add a residual and rectify on its way.</summary>
internal interface IFinishes
{
    /// <summary>The forward pass of single precision, with <c>y = relu(gated + residual)</c> at its end.</summary>
    /// <param name="c">The gate's own inputs come first.</param>
    /// <param name="end">What follows.</param>
    void Forward(ForwardContext c, Epilogue<float> end);
}

/// <summary>
/// A gate with the residual sum and the rectifier that follow it: <c>y = relu(gate(x) + residual)</c>. Inputs: the gate's, and
/// (optionally) the residual. The gate's maps are not among the outputs.
/// </summary>
internal sealed class FinishedGate : CompiledOp, IAbsorbs
{
    private readonly Op _gate;
    private readonly Epilogue _epilogue;

    private FinishedGate(Op gate, Epilogue epilogue) => (_gate, _epilogue) = (gate, epilogue);

    public override string Name => $"{_gate.Name}{_epilogue.Suffix}";

    /// <summary>The gate of a step with the step after it, or null when they do not go together.</summary>
    public static Fusion? Of(Step step, Step user) =>
        step.Outputs[0].Spec.DType == DType.Float32 && step.Outputs.Skip(1).All(o => o.Users.Count == 0 && !o.IsReturned)
            ? Extend(step, user, step.Op, default)
            : null;

    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs) => [inputs[0]];

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        _gate.Cost(_epilogue.Residual ? inputs[..^1] : inputs, outputs) + OpCost.PerElement(inputs[0], _epilogue.Operations);

    public Fusion? Absorb(Step step, Step user) => Extend(step, user, _gate, _epilogue);

    // The gate has read what it writes over, and the sweep reads each number of the residual just before it writes there.
    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) =>
        (_epilogue.Residual && input == inputs.Length - 1) || _gate.CanOverwrite(input, inputs);

    protected internal override void Forward(ForwardContext c) =>
        ((IFinishes)_gate).Forward(c, new(_epilogue.Residual ? c.In<float>(c.InputCount - 1) : default, _epilogue.Relu));

    private static Fusion? Extend(Step step, Step user, Op gate, Epilogue epilogue) => epilogue.With(step.Outputs[0], user) is { } longer
        ? new Fusion(new FinishedGate(gate, longer.Epilogue), longer.Added is { } added ? [.. step.Inputs, added] : step.Inputs)
        : null;
}
