namespace Fovea.Onnx.Import;

/// <summary>The nodes of a model in an order in which they can run, and the places of their values.</summary>
internal sealed class Interpreter
{
    private readonly NodeStep[] _steps;
    private readonly Tensor?[] _fixed;
    private readonly int[] _outputs;
    private readonly HashSet<int> _learnt;

    /// <param name="steps">The nodes, each behind those that make what it reads.</param>
    /// <param name="values">A place for each value: parameters, buffers and constants are there already.</param>
    /// <param name="outputs">The places of the model's outputs.</param>
    /// <param name="learnt">The places of parameters and buffers.</param>
    public Interpreter(NodeStep[] steps, Tensor?[] values, int[] outputs, IEnumerable<int> learnt)
    {
        (_steps, _fixed, _outputs, _learnt) = (steps, values, outputs, [.. learnt]);
        var read = new HashSet<int>(outputs);
        for (int i = steps.Length - 1; i >= 0; i--)
        {
            steps[i].Last = [.. steps[i].Inputs.Concat(steps[i].Outputs).Where(p => p >= 0 && values[p] is null && read.Add(p)).Distinct()];
        }
    }

    /// <summary>The nodes, in the order in which they run.</summary>
    public IReadOnlyList<NodeStep> Steps => _steps;

    /// <summary>What is learnt, in the order in which it meets what comes from the inputs: a weight that is turned first counts where it is used.</summary>
    public IEnumerable<Tensor> ReadingOrder()
    {
        // Values that no input has a part in, with the weights that they are made of.
        var settled = new Dictionary<int, int[]>();
        var seen = new HashSet<int>();
        foreach (NodeStep step in _steps)
        {
            int[] read = [.. step.Inputs.Where(p => p >= 0)];
            int[] learnt = [.. read.SelectMany(p => _learnt.Contains(p) ? [p] : settled.GetValueOrDefault(p, []))];
            if (Array.TrueForAll(read, p => _fixed[p] is not null || settled.ContainsKey(p)))
            {
                foreach (int output in step.Outputs.Where(o => o >= 0))
                {
                    settled[output] = learnt;
                }

                continue;
            }

            foreach (int place in learnt.Where(seen.Add))
            {
                yield return _fixed[place]!;
            }
        }
    }

    /// <summary>Runs the nodes.</summary>
    /// <param name="inputs">The model's inputs, by their places.</param>
    /// <param name="isTraining">Whether the model is in training mode.</param>
    /// <returns>The outputs, which the current scope owns.</returns>
    /// <exception cref="OnnxException">A node refuses what it gets.</exception>
    public Tensor[] Run(IEnumerable<(int Place, Tensor Value)> inputs, bool isTraining)
    {
        var values = (Tensor?[])_fixed.Clone();

        // In how many places a tensor stands that a node made: what passes its input on makes no other.
        var owned = new Dictionary<Tensor, int>();
        DType floats = DType.Float32;
        foreach ((int place, Tensor value) in inputs)
        {
            values[place] = value;
            floats = value.DType == DType.Float64 ? value.DType : floats;
        }

        foreach (NodeStep step in _steps)
        {
            var given = new NodeInputs(Array.ConvertAll(step.Inputs, p => p < 0 ? null : InType(values[p], floats)), floats, isTraining);
            Tensor[] made = IsSettled(step, given) ? Apart(step, given) : Run(step, given);
            Tensor[]? read = null;
            for (int i = 0; i < step.Outputs.Length; i++)
            {
                if (step.Outputs[i] >= 0)
                {
                    if (step.Shown.Count > i && step.Shown[i] is { } shown && made[i].DType.IsFloating())
                    {
                        read ??= [.. step.Inputs.Where(p => p >= 0).Select(p => values[p]).OfType<Tensor>()];
                        made[i] = shown.Call([made[i], .. read]);
                    }

                    values[step.Outputs[i]] = made[i];
                    if (owned.TryGetValue(made[i], out int places) || Array.IndexOf(given.All, made[i]) < 0)
                    {
                        owned[made[i]] = places + 1;
                    }
                }
            }

            foreach (int place in step.Last)
            {
                if (values[place] is { } value && owned.ContainsKey(value) && --owned[value] == 0)
                {
                    owned.Remove(value);
                    value.Dispose();
                }

                values[place] = null;
            }
        }

        return Array.ConvertAll(_outputs, p => InType(values[p], floats) ?? throw new OnnxException("nothing made an output"));
    }

    public static Tensor[] Run(NodeStep step, NodeInputs inputs)
    {
        using IDisposable? part = Graph.Enter(step.Name);
        using TensorScope scope = TensorScope.Begin();
        try
        {
            Tensor[] made = step.Run(inputs);
            foreach (Tensor tensor in made)
            {
                scope.Keep(tensor);
            }

            return made.Length >= step.Outputs.Length ? made : throw new OnnxException($"expected {step.Outputs.Length} outputs, got {made.Length}");
        }
        catch (NodeRefusal refusal)
        {
            throw new OnnxException([new OnnxProblem(step.Name, step.OpType, string.Empty, step.Opset, refusal.Message)], null);
        }
        catch (Exception error) when (error is FoveaException and not (CompileException or MemoryException) or OverflowException)
        {
            throw new OnnxException($"{step.OpType} \"{step.Name}\": {(error as OnnxException)?.Problem ?? error.Message.TrimEnd('.')}", null, error);
        }
    }

    // Where a formula is written down, shapes and what is computed of them are numbers all the same: nodes read them.
    private bool IsSettled(NodeStep step, NodeInputs inputs) =>
        Execution.Current.Trace is { IsFormula: true } && !step.Inputs.Any(_learnt.Contains) && inputs.All.All(Numbers.HasValues);

    private static Tensor[] Apart(NodeStep step, NodeInputs inputs)
    {
        Execution before = Execution.Current;
        Execution.Current = before with { Trace = null };
        try
        {
            return Run(step, inputs);
        }
        finally
        {
            Execution.Current = before;
        }
    }

    // Floats of the file are Float32; a model that was converted computes in another type.
    private static Tensor? InType(Tensor? value, DType floats) =>
        value is not null && value.DType.IsFloating() && value.DType != floats ? value.Cast(floats) : value;
}
