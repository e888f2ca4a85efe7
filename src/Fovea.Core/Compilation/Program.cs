namespace Fovea.Compilation;

/// <summary>The graph of a model in a form that passes rewrite: steps in an order in which they can run.</summary>
internal sealed class Program
{
    private Program(Value[] inputs, Value output) => (Inputs, Output) = (inputs, output);

    public List<Step> Steps { get; private set; } = [];

    public Value[] Inputs { get; }

    /// <summary>What the model returns.</summary>
    public Value Output { get; }

    public static Program From(Graph graph)
    {
        Value[] values = new Value[graph.Values.Count];
        for (int i = 0; i < values.Length; i++)
        {
            int input = graph.Inputs.ToList().IndexOf(i);
            values[i] = new Value(graph.Values[i]) { Constant = graph.Constants.GetValueOrDefault(i), Input = input };
        }

        var program = new Program([.. graph.Inputs.Select(i => values[i])], values[graph.Outputs[0]]);
        foreach (GraphNode node in graph.Nodes)
        {
            program.Steps.Add(Connect(new Step(node.Op, node.Path, [.. node.Inputs.Select(i => values[i])], [.. node.Outputs.Select(i => values[i])])));
        }

        program.Output.IsReturned = true;
        return program;
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
