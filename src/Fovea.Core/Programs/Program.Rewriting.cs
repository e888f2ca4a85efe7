namespace Fovea.Compilation;

/// <content>What passes from outside do with a program.</content>
public sealed partial class Program
{
    /// <summary>Where constants are kept; null in a program that no compiled model is made of.</summary>
    internal ConstantStore? Constants { get; set; }

    /// <summary>Puts what a function computes in the place of a step.</summary>
    /// <param name="step">A step of this program.</param>
    /// <param name="by">Takes what the step reads, in its order, as tensors without values, and returns what it makes.</param>
    /// <exception cref="CompileException">The function makes values of other shapes or types, or reads values itself.</exception>
    /// <example>
    /// <code>
    /// foreach (Step step in program.Steps.Where(s => s.Op.Name == "gelu").ToArray())
    /// {
    ///     program.Replace(step, x => [x[0].GeluTanh()]);
    /// }
    /// </code>
    /// </example>
    public void Replace(Step step, Func<Tensor[], Tensor[]> by)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(by);
        int at = Place(step);
        using Graph graph = Graph.TraceWritten(by, [.. step.Inputs.Select(v => v.Spec)]);
        TensorSpec[] made = [.. graph.Outputs.Select(n => graph.Values[n])];
        if (!made.AsSpan().SequenceEqual([.. step.Outputs.Select(v => v.Spec)]))
        {
            throw new CompileException(
                $"Program.Replace: {step.Op.Name}{CompileException.At(step.Path)} makes {string.Join(", ", step.Outputs.Select(v => v.Spec))}; "
                + $"what shall take its place makes {string.Join(", ", made)}.");
        }

        var values = new Dictionary<int, Value>();
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            values.TryAdd(graph.Inputs[i], step.Inputs[i]);
        }

        foreach ((int number, Tensor constant) in graph.Constants)
        {
            values[number] = new Value(constant.Spec) { Constant = Keep(constant) };
        }

        Disconnect(step);
        _steps.RemoveAt(at);
        foreach (GraphNode node in graph.Nodes)
        {
            _steps.Insert(at++, Connect(new Step(
                node.Op, step.Path, [.. node.Inputs.Select(n => values[n])],
                [.. node.Outputs.Select(n => values[n] = new Value(graph.Values[n]))])));
        }

        for (int i = 0; i < step.Outputs.Length; i++)
        {
            Substitute(step.Outputs[i], values[graph.Outputs[i]], at);
        }
    }

    /// <summary>Puts an op in the place of a step.</summary>
    /// <param name="step">A step of this program.</param>
    /// <param name="by">An op that makes of what it reads values of the same shapes and types.</param>
    /// <param name="inputs">What it reads: values that are made before the step, inputs, or constants.</param>
    /// <returns>The new step.</returns>
    /// <exception cref="CompileException">The op makes values of other shapes or types.</exception>
    public Step Replace(Step step, Op by, params Value[] inputs)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(inputs);
        Place(step);
        TensorSpec[] made = by.Infer([.. inputs.Select(v => v.Spec)]);
        return made.AsSpan().SequenceEqual([.. step.Outputs.Select(v => v.Spec)])
            ? Replace(step, new Fusion(by, [.. inputs]))
            : throw new CompileException($"Program.Replace: {step.Op.Name}{CompileException.At(step.Path)} makes "
                + $"{string.Join(", ", step.Outputs.Select(v => v.Spec))}; {by.Name} makes {string.Join(", ", made)}.");
    }

    /// <summary>A constant of the compiled model's own, such as weights in another form.</summary>
    /// <param name="name">Names it within the model: for another batch the constant of that name is found, and not made again.</param>
    /// <param name="make">Its values.</param>
    public Value Constant(string name, Func<Tensor> make)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(make);
        Tensor kept = (Constants ?? throw new InvalidOperationException("Program.Constant: the program is not being compiled.")).Keep(name, make);
        return new Value(kept.Spec) { Constant = kept, Name = name };
    }

    // A function's own constants: one of each for every batch, as nothing tells which are the same.
    private Tensor Keep(Tensor constant) => Constants?.Copy(constant) ?? constant;

    private int Place(Step step) => _steps.IndexOf(step) is >= 0 and int at
        ? at
        : throw new ArgumentException($"Program.Replace: expected a step of this program, got {step.Op.Name}{CompileException.At(step.Path)}, which is none.");

    private void Substitute(Value from, Value to, int start)
    {
        for (int i = start; i < _steps.Count; i++)
        {
            if (_steps[i].Inputs.Contains(from))
            {
                Step reader = _steps[i];
                Disconnect(reader);
                _steps[i] = Connect(new Step(reader.Op, reader.Path, [.. reader.Inputs.Select(v => v == from ? to : v)], reader.Outputs));
            }
        }

        for (int i = 0; i < _outputs.Length; i++)
        {
            if (_outputs[i] == from)
            {
                _outputs[i] = to;
                to.IsReturned = true;
            }
        }
    }
}
