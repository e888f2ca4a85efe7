using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>relu(gate(x) + residual)</c>, either of the two or both, in the gate's last sweep.</summary>
internal sealed class GateEpilogueRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        bool relu = step.Op is ReluOp;
        Step? last = relu ? step.Inputs[0].Producer : step;
        if (relu && last is { Op: GateOp only })
        {
            yield return new Fusion(new FinishedGate(only, new FusedEpilogue(Residual: false, Relu: true)), last.Inputs);
        }

        if (last is not { Op: AddOp } || last.Inputs[0].Spec != last.Inputs[1].Spec)
        {
            yield break;
        }

        // Where both are gates' maps, either may be what the other adds.
        foreach ((Value y, Value residual) in new[] { (last.Inputs[0], last.Inputs[1]), (last.Inputs[1], last.Inputs[0]) })
        {
            if (y.Producer is { Op: GateOp gate } made)
            {
                yield return new Fusion(new FinishedGate(gate, new FusedEpilogue(Residual: true, relu)), [.. made.Inputs, residual]);
            }
        }
    }
}
