namespace Fovea.Compilation;

/// <summary>The graph of a model in a form that passes rewrite: steps in an order in which they can run.</summary>
public sealed partial class Program
{
    private readonly List<Step> _steps = [];
    private Value[] _inputs = [];
    private Value[] _outputs = [];

    internal Program()
    {
    }

    /// <summary>The ops with what they read and make, each behind those whose results it reads.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>What comes in.</summary>
    public IReadOnlyList<Value> Inputs => _inputs;

    /// <summary>What the model returns.</summary>
    public IReadOnlyList<Value> Outputs => _outputs;

    /// <summary>Adds a step behind the others.</summary>
    internal void Add(Step step) => _steps.Add(Connect(step));

    /// <summary>Says what comes in and what is returned.</summary>
    internal void Complete(Value[] inputs, Value[] outputs)
    {
        (_inputs, _outputs) = (inputs, outputs);
        Array.ForEach(outputs, v => v.IsReturned = true);
    }

    /// <summary>Puts an op in the place of a step.</summary>
    internal Step Replace(Step step, Fusion by) => Replace(step, by, step.Path);

    /// <summary>Puts one op, where <paramref name="user"/> stands, in the place of a step and the only step that reads its output.</summary>
    internal Step Merge(Step step, Step user, Fusion by)
    {
        Disconnect(step);
        _steps.Remove(step);
        return Replace(user, by, step.Path);
    }

    /// <summary>
    /// Puts a step beside some that compute the same, and has it make those of their outputs that it names. Of the others remain only those
    /// that somebody still needs.
    /// </summary>
    internal void Cover(IReadOnlySet<Step> covered, Step by)
    {
        int last = 0;
        for (int i = 0; i < _steps.Count; i++)
        {
            Step step = _steps[i];
            if (!covered.Contains(step))
            {
                continue;
            }

            last = i;
            if (step.Outputs.Any(v => IsMade(v, by)))
            {
                Disconnect(step);
                _steps[i] = Connect(new Step(step.Op, step.Path, step.Inputs, [.. step.Outputs.Select(v => IsMade(v, by) ? new Value(v.Spec) : v)]));
            }
        }

        _steps.Insert(last + 1, Connect(by));
        Order();
        RemoveDead();
    }

    /// <summary>Has the steps behind one read a value instead of another.</summary>
    internal void Redirect(Value from, Value to, Step behind)
    {
        for (int i = _steps.IndexOf(behind) + 1; i < _steps.Count; i++)
        {
            Step step = _steps[i];
            if (step.Inputs.Contains(from))
            {
                Disconnect(step);
                _steps[i] = Connect(new Step(step.Op, step.Path, [.. step.Inputs.Select(v => v == from ? to : v)], step.Outputs));
            }
        }
    }

    /// <summary>Where a step stands; −1 when it is none of this program's.</summary>
    internal int IndexOf(Step step) => _steps.IndexOf(step);

    /// <summary>The steps that the first so many outputs are made by.</summary>
    internal HashSet<Step> NeededFor(int outputs)
    {
        var needed = new HashSet<Step>();
        var waiting = new Stack<Value>(_outputs.Take(outputs));
        while (waiting.TryPop(out Value? value))
        {
            if (value.Producer is { } step && needed.Add(step))
            {
                foreach (Value input in step.Inputs)
                {
                    waiting.Push(input);
                }
            }
        }

        return needed;
    }

    /// <summary>Removes the steps whose outputs nobody reads.</summary>
    internal void RemoveDead()
    {
        for (int i = _steps.Count - 1; i >= 0; i--)
        {
            if (_steps[i].Outputs.All(v => v.Users.Count == 0 && !v.IsReturned))
            {
                Disconnect(_steps[i]);
                _steps.RemoveAt(i);
            }
        }
    }

    private static bool IsMade(Value value, Step by) => by.Outputs.Contains(value);

    /// <summary>Moves steps behind those that make what they read, and no further.</summary>
    private void Order()
    {
        var made = new HashSet<Step>();
        List<Step> waiting = [.. Steps];
        _steps.Clear();
        while (waiting.Count > 0)
        {
            Step next = waiting.Find(s => s.Inputs.All(v => v.Producer is null || made.Contains(v.Producer)))
                ?? throw new InvalidOperationException($"{waiting[0].Op.Name}: a step waits for itself.");
            waiting.Remove(next);
            made.Add(next);
            _steps.Add(next);
        }
    }

    private Step Replace(Step step, Fusion by, string path)
    {
        int at = _steps.IndexOf(step);
        Disconnect(step);
        return _steps[at] = Connect(new Step(by.Op, path, by.Inputs, step.Outputs));
    }

    private static Step Connect(Step step)
    {
        foreach (Value input in step.Inputs)
        {
            input.UserList.Add(step);
        }

        foreach (Value output in step.Outputs)
        {
            output.Producer = step;
        }

        return step;
    }

    private static void Disconnect(Step step)
    {
        foreach (Value input in step.Inputs)
        {
            input.UserList.Remove(step);
        }
    }
}
