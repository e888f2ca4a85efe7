namespace Fovea.Compilation;

/// <summary>
/// Where every value of a program lies during a call: in what the caller brought, in a constant, or at a place in the arena that it
/// has from the step that makes it to the last one that reads it.
/// </summary>
internal sealed class MemoryPlan
{
    private readonly Dictionary<Value, Value> _roots = [];
    private readonly Dictionary<Value, long> _places = [];
    private readonly Dictionary<Value, int> _returned = [];

    public MemoryPlan(Program program)
    {
        foreach (Step view in program.Steps.Where(s => s.Op.IsView))
        {
            _roots[view.Outputs[0]] = Root(view.Inputs[0]);
        }

        Steps = [.. program.Steps.Where(s => !s.Op.IsView)];
        for (int i = 0; i < program.Outputs.Count; i++)
        {
            if (Root(program.Outputs[i]) is { Producer: not null } root)
            {
                _returned.TryAdd(root, i);
            }
        }

        Place(LastReads());
    }

    /// <summary>The steps that compute; views are none.</summary>
    public Step[] Steps { get; }

    /// <summary>Bytes of the arena.</summary>
    public long ArenaBytes { get; private set; }

    /// <summary>The value whose memory this one shares; itself when it has its own.</summary>
    public Value Root(Value value) => _roots.GetValueOrDefault(value, value);

    /// <summary>The number of the result in whose memory a value lies; −1 when it lies in none.</summary>
    public int ResultOf(Value root) => _returned.GetValueOrDefault(root, -1);

    /// <summary>Where a value lies in the arena.</summary>
    public long Place(Value root) => _places[root];

    private Dictionary<Value, int> LastReads()
    {
        var last = new Dictionary<Value, int>();
        for (int i = 0; i < Steps.Length; i++)
        {
            foreach (Value value in Steps[i].Inputs.Concat(Steps[i].Outputs))
            {
                last[Root(value)] = i;
            }
        }

        return last;
    }

    private void Place(Dictionary<Value, int> last)
    {
        var arena = new Arena();
        for (int i = 0; i < Steps.Length; i++)
        {
            Step step = Steps[i];
            HashSet<Value> ending = [.. step.Inputs.Select(Root).Where(r => last[r] == i && _places.ContainsKey(r))];
            foreach (Value output in step.Outputs.Where(o => ResultOf(o) < 0))
            {
                if (output == step.Outputs[0] && Overwritten(step, ending) is { } taken)
                {
                    ending.Remove(taken);
                    _places[output] = _places[taken];
                }
                else
                {
                    _places[output] = arena.Take(output.Spec.Bytes);
                }
            }

            foreach (Value over in ending.Concat(step.Outputs.Where(o => last[o] == i && ResultOf(o) < 0)))
            {
                arena.Give(_places[over], over.Spec.Bytes);
            }
        }

        ArenaBytes = arena.Bytes;
    }

    // An input that ends here, is read once by the step, and may be overwritten by it.
    private Value? Overwritten(Step step, HashSet<Value> ending)
    {
        TensorSpec[] specs = [.. step.Inputs.Select(v => v.Spec)];
        for (int i = 0; i < step.Inputs.Length; i++)
        {
            Value root = Root(step.Inputs[i]);
            if (ending.Contains(root) && root.Spec.Bytes == step.Outputs[0].Spec.Bytes && step.Inputs.Count(v => Root(v) == root) == 1
                && step.Op.CanOverwrite(i, specs))
            {
                return root;
            }
        }

        return null;
    }
}
