using System.Numerics;

namespace Fovea.Compilation;

/// <summary>
/// A gate with the residual sum and the rectifier that follow it, done by its last sweep: <c>y = relu(gate(x) + residual)</c>. Inputs: the
/// gate's, and (optionally) the residual. The gate's maps are not among the outputs.
/// </summary>
internal sealed class FinishedGate(GateOp gate, FusedEpilogue epilogue) : CompiledOp, IDecomposable
{
    public override string Name => $"{gate.Name}{epilogue.Suffix}";

    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        TensorSpec y = gate.Infer(OfGate(inputs))[0];
        return epilogue.Residual && inputs[^1] != y ? throw new ShapeException(Name, $"a residual {y}", $"{inputs[^1]}") : [y];
    }

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        gate.Cost(OfGate(inputs), outputs) + OpCost.PerElement(inputs[0], epilogue.Operations);

    public Tensor[] Decompose(params Tensor[] inputs)
    {
        Tensor y = RunAll(gate, OfGate<Tensor>(inputs))[0];
        y = epilogue.Residual ? y + inputs[^1] : y;
        return [epilogue.Relu ? y.Relu() : y];
    }

    // The gate has read what it writes over, and the sweep reads each number of the residual just before it writes there.
    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) =>
        (epilogue.Residual && input == inputs.Length - 1) || gate.CanOverwrite(input, inputs);

    protected internal override void Forward(ForwardContext c)
    {
        if (c.InputSpec(0).DType == DType.Float32)
        {
            Forward<float>(c);
        }
        else
        {
            Forward<double>(c);
        }
    }

    private void Forward<T>(ForwardContext c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        gate.Forward<T>(c, new(epilogue.Residual ? c.In<T>(c.InputCount - 1) : default, epilogue.Relu));

    private ReadOnlySpan<TInput> OfGate<TInput>(ReadOnlySpan<TInput> inputs) => epilogue.Residual ? inputs[..^1] : inputs;
}
