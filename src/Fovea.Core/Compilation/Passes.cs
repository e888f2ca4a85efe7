using Fovea.Formulas;

namespace Fovea.Compilation;

/// <summary>The passes that rewrite a program, in their order.</summary>
internal static class Passes
{
    // Fused between modules, specialized, fused with the op after.
    private const int Own = 3;

    public static void Run(Program program, ConstantStore constants, IReadOnlyList<ICompilePass> added, WorkMeter meter)
    {
        meter.Begin(WorkStage.Rewriting, added.Count + Own);
        Refuse(program);
        program.RemoveDead();
        program.Constants = constants;
        foreach (ICompilePass pass in added)
        {
            pass.Run(program);
            meter.Step();
        }

        if (added.Count > 0)
        {
            Refuse(program);
            program.RemoveDead();
        }

        Fuser.Run(FusionRules.BetweenModules, program, program.Outputs.Count, gradients: false);
        meter.Step();
        Specialize(program, meter);
        meter.Step();
        Fuse(program);
        program.RemoveDead();
        meter.Step();
        Pack(program, constants, meter);
    }

    private static void Refuse(Program program)
    {
        if (program.Steps.FirstOrDefault(s => s.Op.IsRandom) is { } random)
        {
            throw new CompileException(
                $"Compile: {random.Op.Name}{CompileException.At(random.Path)} draws random numbers; switch the model to evaluation mode with Eval().");
        }
    }

    /// <summary>Ops of constant weights take the form that holds them.</summary>
    private static void Specialize(Program program, WorkMeter meter)
    {
        foreach (Step step in program.Steps.ToArray())
        {
            meter.Check();
            if (step.Op is ISpecializes op && op.Specialize(step) is { } special)
            {
                program.Replace(step, special);
            }
        }
    }

    /// <summary>Ops do the work of the op after them, where that is the only one that reads their result.</summary>
    private static void Fuse(Program program)
    {
        for (int i = 0; i < program.Steps.Count; i++)
        {
            // The merged step stands where the absorbed one stood, further on; what has moved up to here comes next.
            Step step = program.Steps[i];
            if (step.Op is IAbsorbs op && step.Outputs[0].HasOneUser && op.Absorb(step, step.Outputs[0].Users[0]) is { } fused)
            {
                program.Merge(step, step.Outputs[0].Users[0], fused);
                i--;
            }
        }
    }

    private static void Pack(Program program, ConstantStore constants, WorkMeter meter)
    {
        Step[] steps = [.. program.Steps];
        meter.Begin(WorkStage.Packing, steps.Length);
        foreach (Step step in steps)
        {
            meter.Step();
            if (step.Op is IPacks op)
            {
                program.Replace(step, new Fusion(op.Pack(constants), step.Inputs));
            }
        }
    }
}
