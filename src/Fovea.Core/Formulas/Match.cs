using Fovea.Compilation;

namespace Fovea.Formulas;

/// <summary>A part of a formula that is, step for step, what a fused op says it computes (<see cref="IDecomposable"/>).</summary>
internal sealed class Match
{
    private readonly Fusion _fusion;
    private readonly HashSet<Step> _steps;
    private readonly Value[] _outputs;

    private Match(Fusion fusion, HashSet<Step> steps, Value[] outputs) => (_fusion, _steps, _outputs) = (fusion, steps, outputs);

    /// <summary>The steps that the op can take the place of.</summary>
    public IReadOnlySet<Step> Steps => _steps;

    /// <summary>Compares a fused op's decomposition with the steps that follow from what it would read.</summary>
    /// <param name="fusion">The op, and what it would read.</param>
    /// <param name="step">A step that must be among those that match.</param>
    /// <returns>Null when the formula is another one.</returns>
    public static Match? Of(Fusion fusion, Step step)
    {
        TensorSpec[] specs = [.. fusion.Inputs.Select(v => v.Spec)];
        TensorSpec[] made;
        Graph pattern;
        try
        {
            made = fusion.Op.Infer(specs);
            pattern = Graph.TraceFormula(((IDecomposable)fusion.Op).Decompose, specs);
        }
        catch (FoveaException)
        {
            // The op does not take such inputs.
            return null;
        }

        var bound = new Value?[pattern.Values.Count];
        for (int i = 0; i < specs.Length; i++)
        {
            bound[pattern.Inputs[i]] = fusion.Inputs[i];
        }

        var steps = new HashSet<Step>();
        foreach (GraphNode node in pattern.Nodes)
        {
            if (bound[node.Inputs[0]]?.Users.FirstOrDefault(s => IsSame(s, node, bound)) is not { } same)
            {
                // A form of a map that nobody asked for, such as [N, C] of [N, C, 1, 1].
                continue;
            }

            steps.Add(same);
            for (int i = 0; i < same.Outputs.Length; i++)
            {
                bound[node.Outputs[i]] = same.Outputs[i];
            }
        }

        // What the op makes beyond the formula (statistics, an empty gate, an input handed on) is new.
        var outputs = Enumerable.Range(0, made.Length).Select(i =>
            i < pattern.Outputs.Count && i != fusion.Op.PassedOutput && bound[pattern.Outputs[i]] is { } value ? value : new Value(made[i]));
        return bound[pattern.Outputs[0]] is not null && steps.Contains(step) ? new Match(fusion, steps, [.. outputs]) : null;
    }

    /// <summary>Whether the op makes all that is needed outside of the match, and needs nothing that is made from what it makes.</summary>
    /// <param name="needed">The steps that count: those that make a map for a recorder may stay beside the op.</param>
    /// <param name="returned">What is returned.</param>
    public bool MakesAll(HashSet<Step> needed, IEnumerable<Value> returned)
    {
        HashSet<Value> hidden = [.. _steps.SelectMany(s => s.Outputs).Except(_outputs)];
        return !hidden.Overlaps(returned)
            && hidden.All(v => v.Users.All(u => _steps.Contains(u) || !needed.Contains(u)))
            && !_fusion.Inputs.Any(v => v.Producer is { } step && Cone.StepsOf<Op>(step).Any(_steps.Contains));
    }

    /// <summary>The op as a step.</summary>
    /// <param name="path">The module that it stands in.</param>
    public Step ToStep(string path) => new(_fusion.Op, path, _fusion.Inputs, [.. _outputs]);

    private static bool IsSame(Step step, GraphNode node, Value?[] bound)
    {
        if (step.Op.GetType() != node.Op.GetType() || step.Inputs.Length != node.Inputs.Count || node.Op.Attributes is not { } attributes
            || node.Inputs.Any(n => bound[n] is null) || !attributes.Equals(step.Op.Attributes))
        {
            return false;
        }

        bool inOrder = true, swapped = node.Op is AddOp or MultiplyOp;
        for (int i = 0; i < step.Inputs.Length; i++)
        {
            inOrder &= step.Inputs[i] == bound[node.Inputs[i]];
            swapped &= step.Inputs[i] == bound[node.Inputs[^(i + 1)]];
        }

        return inOrder || swapped;
    }
}
