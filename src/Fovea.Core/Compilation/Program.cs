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
