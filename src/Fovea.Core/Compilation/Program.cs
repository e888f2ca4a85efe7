namespace Fovea.Compilation;

/// <summary>The graph of a model in a form that passes rewrite: steps in an order in which they can run.</summary>
internal sealed class Program
{
    public List<Step> Steps { get; } = [];

    public Value[] Inputs { get; private set; } = [];

    /// <summary>What the model returns.</summary>
    public Value[] Outputs { get; private set; } = [];

    /// <summary>Adds a step behind the others.</summary>
    public void Add(Step step) => Steps.Add(Connect(step));

    /// <summary>Says what comes in and what is returned.</summary>
    public void Complete(Value[] inputs, Value[] outputs)
    {
        (Inputs, Outputs) = (inputs, outputs);
        Array.ForEach(outputs, v => v.IsReturned = true);
    }

    /// <summary>Puts an op in the place of a step.</summary>
    public Step Replace(Step step, Fusion by) => Replace(step, by, step.Path);

    /// <summary>Puts one op, where <paramref name="user"/> stands, in the place of a step and the only step that reads its output.</summary>
    public Step Merge(Step step, Step user, Fusion by)
    {
        Disconnect(step);
        Steps.Remove(step);
        return Replace(user, by, step.Path);
    }

    /// <summary>
    /// Puts a step beside some that compute the same, and has it make those of their outputs that it names. Of the others remain only those
    /// that somebody still needs.
    /// </summary>
    public void Cover(IReadOnlySet<Step> covered, Step by)
    {
        int last = 0;
        for (int i = 0; i < Steps.Count; i++)
        {
            Step step = Steps[i];
            if (!covered.Contains(step))
            {
                continue;
            }

            last = i;
            if (Array.Exists(step.Outputs, v => IsMade(v, by)))
            {
                Disconnect(step);
                Steps[i] = Connect(new Step(step.Op, step.Path, step.Inputs, Array.ConvertAll(step.Outputs, v => IsMade(v, by) ? new Value(v.Spec) : v)));
            }
        }

        Steps.Insert(last + 1, Connect(by));
        Order();
        RemoveDead();
    }

    /// <summary>Has the steps behind one read a value instead of another.</summary>
    public void Redirect(Value from, Value to, Step behind)
    {
        for (int i = Steps.IndexOf(behind) + 1; i < Steps.Count; i++)
        {
            Step step = Steps[i];
            if (Array.IndexOf(step.Inputs, from) >= 0)
            {
                Disconnect(step);
                Steps[i] = Connect(new Step(step.Op, step.Path, Array.ConvertAll(step.Inputs, v => v == from ? to : v), step.Outputs));
            }
        }
    }

    /// <summary>The steps that the first so many outputs are made by.</summary>
    public HashSet<Step> NeededFor(int outputs)
    {
        var needed = new HashSet<Step>();
        var waiting = new Stack<Value>(Outputs.Take(outputs));
        while (waiting.TryPop(out Value? value))
        {
            if (value.Producer is { } step && needed.Add(step))
            {
                Array.ForEach(step.Inputs, waiting.Push);
            }
        }

        return needed;
    }

    /// <summary>Removes the steps whose outputs nobody reads.</summary>
    public void RemoveDead()
    {
        for (int i = Steps.Count - 1; i >= 0; i--)
        {
            if (Array.TrueForAll(Steps[i].Outputs, v => v.Users.Count == 0 && !v.IsReturned))
            {
                Disconnect(Steps[i]);
                Steps.RemoveAt(i);
            }
        }
    }

    private static bool IsMade(Value value, Step by) => Array.IndexOf(by.Outputs, value) >= 0;

    /// <summary>Moves steps behind those that make what they read, and no further.</summary>
    private void Order()
    {
        var made = new HashSet<Step>();
        List<Step> waiting = [.. Steps];
        Steps.Clear();
        while (waiting.Count > 0)
        {
            Step next = waiting.Find(s => Array.TrueForAll(s.Inputs, v => v.Producer is null || made.Contains(v.Producer)))
                ?? throw new InvalidOperationException($"{waiting[0].Op.Name}: a step waits for itself.");
            waiting.Remove(next);
            made.Add(next);
            Steps.Add(next);
        }
    }

    private Step Replace(Step step, Fusion by, string path)
    {
        int at = Steps.IndexOf(step);
        Disconnect(step);
        return Steps[at] = Connect(new Step(by.Op, path, by.Inputs, step.Outputs));
    }

    private static Step Connect(Step step)
    {
        foreach (Value input in step.Inputs)
        {
            input.Users.Add(step);
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
            input.Users.Remove(step);
        }
    }
}
