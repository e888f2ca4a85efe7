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
    private readonly bool _residual;
    private readonly bool _relu;

    private FinishedGate(Op gate, bool residual, bool relu) => (_gate, _residual, _relu) = (gate, residual, relu);

    public override string Name => $"{_gate.Name}{(_residual ? "+add" : "")}{(_relu ? "+relu" : "")}";

    /// <summary>The gate of a step with the step after it, or null when they do not go together.</summary>
    public static Fusion? Of(Step step, Step user) =>
        step.Outputs[0].Spec.DType == DType.Float32 && step.Outputs.Skip(1).All(o => o.Users.Count == 0 && !o.IsReturned)
            ? Extend(step, user, step.Op, residual: false)
            : null;

    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs) => [inputs[0]];

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        _gate.Cost(_residual ? inputs[..^1] : inputs, outputs) + OpCost.PerElement(inputs[0], (_residual ? 1 : 0) + (_relu ? 1 : 0));

    public Fusion? Absorb(Step step, Step user) => _relu ? null : Extend(step, user, _gate, _residual);

    // The gate has read what it writes over, and the sweep reads each number of the residual just before it writes there.
    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) =>
        (_residual && input == inputs.Length - 1) || _gate.CanOverwrite(input, inputs);

    protected internal override void Forward(ForwardContext c) =>
        ((IFinishes)_gate).Forward(c, new(_residual ? c.In<float>(c.InputCount - 1) : default, _relu));

    private static Fusion? Extend(Step step, Step user, Op gate, bool residual)
    {
        if (user.Op is AddOp or AddReluOp && !residual && user.Inputs[0].Spec == user.Inputs[1].Spec)
        {
            Value added = user.Inputs[user.Inputs[0] == step.Outputs[0] ? 1 : 0];
            return new Fusion(new FinishedGate(gate, true, user.Op is AddReluOp), [.. step.Inputs, added]);
        }

        return user.Op is ReluOp ? new Fusion(new FinishedGate(gate, residual, true), step.Inputs) : null;
    }
}
