using Fovea.Compilation;

namespace Fovea.Formulas;

/// <summary>Lets fused ops take the place of parts of a formula: the one place where that is decided.</summary>
internal static class Fuser
{
    /// <summary>Applies the rules in their order, each as often as it fits.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="program">The formula, or a whole program.</param>
    /// <param name="results">How many of its outputs are results; those behind them are maps for a recorder, which do not hinder a rule.</param>
    /// <param name="gradients">Whether gradients may be wanted: ops without a backward pass are left out.</param>
    public static void Run(IReadOnlyList<FusionRule> rules, Program program, int results, bool gradients)
    {
        foreach (FusionRule rule in rules)
        {
            while (Apply(rule, program, results, gradients))
            {
            }
        }
    }

    private static bool Apply(FusionRule rule, Program program, int results, bool gradients)
    {
        HashSet<Step> needed = program.NeededFor(results);
        foreach (Step step in Enumerable.Reverse(program.Steps).Where(needed.Contains))
        {
            foreach (Fusion fusion in rule.Propose(step))
            {
                if (IsFor(fusion.Op, gradients) && Match.Of(fusion, step) is { } match
                    && match.MakesAll(needed, program.Outputs.Take(results)))
                {
                    Step fused = match.ToStep(step.Path);
                    program.Cover(match.Steps, fused);
                    if (fusion.Op.PassedOutput >= 0)
                    {
                        program.Redirect(fusion.Inputs[0], fused.Outputs[fusion.Op.PassedOutput], fused);
                    }

                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>An op that hands its input on does so for the sake of gradients, which it adds in one sweep.</summary>
    private static bool IsFor(Op op, bool gradients) => gradients ? op.IsDifferentiable : op.PassedOutput < 0;
}
