using Fovea.Compilation;

namespace Fovea;

/// <summary>
/// A model made ready for inference: its ops fused, batch norms folded into the weights, weights packed once, and the memory of a
/// call planned into one arena. It is a value: it has all its numbers itself, and never looks at the module again.
/// </summary>
/// <remarks>
/// The module may be trained on, changed or disposed. Another batch is planned from what was traced, with the same weights, and so are
/// plans that <see cref="CompileOptions.Plans"/> made room for others. Calls may come from many threads at once; each has an arena of its
/// own, as large as the largest batch so far needs, which the next call uses again whatever its batch. From the second call of a batch on, <c>Run(input, output)</c> allocates nothing. The results are
/// the same bit for bit for any number of threads and any number of compilations, and within rounding of those of the module. Disposal is
/// optional and frees the memory at once.
/// </remarks>
public sealed partial class CompiledModel : IDisposable
{
    private const string Name = "CompiledModel.Run";
    private readonly ProgramTemplate _template;
    private readonly CompileOptions _options;
    private readonly ConstantStore _constants = new();
    private readonly PlanCache _plans;
    private readonly CallMemories _memories = new();

    private CompiledModel(
        Func<Tensor[], Tensor[]> function, TensorSpec[] inputs, IEnumerable<(string Name, Tensor Value)> state, CompileOptions options, WorkMeter meter)
    {
        _options = options;
        try
        {
            using Traced traced = BatchTraces.Of(function, inputs, state, options.OtherBatches, _constants, meter);
            _template = traced.Template;
            _plans = new PlanCache(Build(inputs, meter), options.Plans);
            _constants.Seal();
            meter.End();
        }
        catch
        {
            _constants.Dispose();
            throw;
        }
    }

    /// <summary>Shapes and types of the inputs that it was compiled for.</summary>
    public IReadOnlyList<TensorSpec> Inputs => _plans.First.Inputs;

    /// <summary>Shape and type of the (first) result for those inputs.</summary>
    public TensorSpec Output => _plans.First.Outputs[0];

    /// <summary>Shapes and types of the results for those inputs.</summary>
    public IReadOnlyList<TensorSpec> Outputs => _plans.First.Outputs;

    /// <summary>Whether calls may have another batch than that it was compiled for.</summary>
    public bool TakesOtherBatches => _template.Refusal is null;

    /// <summary>Bytes that one call works in, the inputs, the results and the weights excluded.</summary>
    public long ArenaBytes => _plans.First.Memory.ArenaBytes;

    /// <summary>Bytes of packed weights and other constants.</summary>
    public long ConstantBytes => _constants.Bytes;

    /// <summary>Bytes of the arenas that no call works in now: one for each call that has run at the same time, as large as the largest batch so far needs.</summary>
    internal long FreeArenaBytes => _memories.FreeBytes;

    /// <summary>For how many batches there is a plan now, that of the compiled batch included.</summary>
    internal int PlanCount => _plans.Count;

    /// <summary>Compiles a function of tensors, such as one that calls several modules or returns several results.</summary>
    /// <param name="function">Runs once or a few times on tensors without values, and never again.</param>
    /// <param name="options">How.</param>
    /// <param name="inputs">Shapes and element types of what it takes.</param>
    /// <exception cref="CompileException">The function draws random numbers, or reads values outside of ops.</exception>
    /// <exception cref="ShapeException">The function does not take such inputs.</exception>
    /// <example>
    /// <code>
    /// using CompiledModel both = CompiledModel.Of(x => [head.Call(x[0]), mask.Call(x[0])], CompileOptions.Default, image.Spec);
    /// Tensor[] results = both.RunAll(image);
    /// </code>
    /// </example>
    public static CompiledModel Of(Func<Tensor[], Tensor[]> function, CompileOptions options, params TensorSpec[] inputs) =>
        Of(function, [], options, inputs, WorkMeter.None);

    /// <summary>Compiles a function of tensors as work that can be watched and stopped.</summary>
    /// <param name="function">Runs once or a few times on tensors without values, and never again.</param>
    /// <param name="options">How.</param>
    /// <param name="inputs">Shapes and element types of what it takes.</param>
    /// <param name="progress">Is told how far it has come.</param>
    /// <param name="cancellation">Stops it between two runs of the function and between two ops; nothing stays of it.</param>
    /// <exception cref="CompileException">The function draws random numbers, or reads values outside of ops.</exception>
    /// <exception cref="ShapeException">The function does not take such inputs.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static CompiledModel Of(
        Func<Tensor[], Tensor[]> function, CompileOptions options, IReadOnlyList<TensorSpec> inputs, IProgress<WorkProgress>? progress,
        CancellationToken cancellation = default) =>
        Of(function, [], options, inputs, new WorkMeter(progress, cancellation));

    /// <summary>As the others, with the names that constants have in a state dict.</summary>
    internal static CompiledModel Of(
        Func<Tensor[], Tensor[]> function, IEnumerable<(string Name, Tensor Value)> state, CompileOptions options, IReadOnlyList<TensorSpec> inputs,
        WorkMeter meter)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(inputs);
        return new CompiledModel(function, [.. inputs], state, options, meter);
    }

    /// <summary>Runs the model of one input.</summary>
    /// <param name="input">Of the shape that it was compiled for, or of another batch.</param>
    /// <returns>The result, which the current scope owns.</returns>
    /// <exception cref="ShapeException">It was not compiled for such an input.</exception>
    /// <exception cref="CompileException">It cannot change its batch.</exception>
    public Tensor Run(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Run([input]);
    }

    /// <summary>Runs the model of several inputs and one result.</summary>
    /// <param name="inputs">Tensors of the shapes that it was compiled for, or of another batch.</param>
    /// <returns>The result, which the current scope owns.</returns>
    /// <exception cref="ShapeException">It was not compiled for such inputs.</exception>
    /// <exception cref="CompileException">It cannot change its batch.</exception>
    /// <exception cref="InvalidOperationException">The model has several results.</exception>
    public Tensor Run(ReadOnlySpan<Tensor> inputs) => Outputs.Count == 1
        ? RunAll(inputs)[0]
        : throw new InvalidOperationException($"{Name}: expected a model of one result, got one of {Outputs.Count}; call RunAll.");

    /// <summary>Runs the model of any inputs and results.</summary>
    /// <param name="inputs">Tensors of the shapes that it was compiled for, or of another batch.</param>
    /// <returns>The results, which the current scope owns.</returns>
    /// <exception cref="ShapeException">It was not compiled for such inputs.</exception>
    /// <exception cref="CompileException">It cannot change its batch.</exception>
    public Tensor[] RunAll(params ReadOnlySpan<Tensor> inputs)
    {
        ExecutionPlan plan = PlanFor(inputs);
        Tensor[] outputs = Array.ConvertAll(plan.Outputs, s => new Tensor(s.Shape, s.DType));
        Run(plan, inputs, outputs);
        return outputs;
    }

    /// <summary>Runs the model of one input into a tensor that is there already.</summary>
    /// <param name="input">Of the shape that it was compiled for, or of another batch.</param>
    /// <param name="output">Overwritten with the result; not the input.</param>
    /// <exception cref="ShapeException">It was not compiled for such an input, or the output has another shape than the result.</exception>
    /// <exception cref="CompileException">It cannot change its batch.</exception>
    public void Run(Tensor input, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(input);
        Run([input], [output]);
    }

    /// <summary>Runs the model of several inputs into a tensor that is there already.</summary>
    /// <param name="inputs">Of the shapes that it was compiled for, or of another batch.</param>
    /// <param name="output">Overwritten with the result; none of the inputs.</param>
    /// <exception cref="ShapeException">It was not compiled for such inputs, or the output has another shape than the result.</exception>
    /// <exception cref="CompileException">It cannot change its batch.</exception>
    public void Run(ReadOnlySpan<Tensor> inputs, Tensor output) => Run(inputs, [output]);

    /// <summary>Runs the model of any inputs and results into tensors that are there already.</summary>
    /// <param name="inputs">Of the shapes that it was compiled for, or of another batch.</param>
    /// <param name="outputs">Overwritten with the results, in their order; each in memory of its own.</param>
    /// <exception cref="ShapeException">It was not compiled for such inputs, or the outputs have other shapes than the results.</exception>
    /// <exception cref="CompileException">It cannot change its batch.</exception>
    public void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        ExecutionPlan plan = PlanFor(inputs);
        if (outputs.Length != plan.Outputs.Length)
        {
            throw new ShapeException(Name, $"{plan.Outputs.Length} outputs", $"{outputs.Length}");
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(outputs[i], nameof(outputs));
            if (outputs[i].Spec != plan.Outputs[i])
            {
                throw new ShapeException(Name, $"an output {plan.Outputs[i]}", outputs[i].Spec.ToString());
            }

            if (Contains(inputs, outputs[i]) || Contains(outputs[..i], outputs[i]))
            {
                throw new ArgumentException(
                    "CompiledModel.Run: expected an output in memory of its own, got one that shares an input's or another output's.",
                    nameof(outputs));
            }
        }

        Run(plan, inputs, outputs);
    }

    /// <summary>Runs the model of one float input on memory of the caller's, where it lies.</summary>
    /// <param name="input">The values of the input; as many samples as it was compiled for, or others.</param>
    /// <param name="output">Overwritten with the result; apart from the input.</param>
    /// <exception cref="ShapeException">The lengths are not those of an input and its result, or the model has others.</exception>
    /// <exception cref="CompileException">It cannot change its batch.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        ExecutionPlan plan = PlanFor(input.Length);
        Shape result = plan.Outputs[0].Shape;
        if (output.Length != result.Elements)
        {
            throw new ShapeException(Name, $"room for {result.Elements} numbers, {result}", $"{output.Length}");
        }

        if (input.Overlaps(output))
        {
            throw new ArgumentException("CompiledModel.Run: expected an output in memory of its own, got one that overlaps the input.", nameof(output));
        }

        CallMemory memory = _memories.Rent();
        try
        {
            memory.FrameOf(plan).Run(input, output);
        }
        finally
        {
            _memories.Return(memory);
            GC.KeepAlive(this);
        }
    }

    /// <summary>Frees arenas and weights. No call may be running.</summary>
    public void Dispose()
    {
        _plans.Dispose();
        _memories.Dispose();
        _constants.Dispose();
    }

    private void Run(ExecutionPlan plan, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs, long[]? ticks = null)
    {
        CallMemory memory = _memories.Rent();
        try
        {
            memory.FrameOf(plan).Run(inputs, outputs, ticks);
        }
        finally
        {
            _memories.Return(memory);

            // The memory of weights and arena goes back when nobody holds this model any more: not before the call is over.
            GC.KeepAlive(this);
        }
    }

    private ExecutionPlan PlanFor(ReadOnlySpan<Tensor> inputs)
    {
        foreach (Tensor input in inputs)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
        }

        return _plans.Find(inputs) ?? PlanFor([.. inputs.ToArray().Select(t => t.Spec)]);
    }

    private ExecutionPlan PlanFor(int length)
    {
        TensorSpec known = Inputs.Count > 0 ? Inputs[0] : default;
        if (Inputs.Count == 1 && Outputs.Count == 1 && known.DType == DType.Float32 && Output.DType == DType.Float32)
        {
            if (_plans.Find(length) is { } plan)
            {
                return plan;
            }

            int sample = known.Shape.Rank > 0 && known.Shape[0] > 0 ? known.Shape.Elements / known.Shape[0] : 0;
            if (sample > 0 && length > 0 && length % sample == 0)
            {
                return PlanFor([known with { Shape = known.Shape.With(0, length / sample) }]);
            }
        }

        throw new ShapeException(Name, $"the numbers of one input {string.Join(", ", Inputs)}, or of another batch", $"{length}");
    }

    private ExecutionPlan PlanFor(TensorSpec[] inputs)
    {
        if (!IsOtherBatch(inputs))
        {
            throw new ShapeException(
                Name, string.Join(", ", Inputs), string.Join(", ", inputs), "compile the model for this shape as well");
        }

        if (_template.Refusal is { } reason)
        {
            throw new CompileException(
                $"{Name}: expected a batch of {Inputs[0].Shape[0]}, got {inputs[0].Shape[0]}; this model cannot change its batch "
                + $"({reason.TrimEnd('.')}). Compile it for this batch as well.");
        }

        return _plans.FindOrAdd(inputs, () => Build(inputs, WorkMeter.None));
    }

    private bool IsOtherBatch(TensorSpec[] inputs)
    {
        TensorSpec[] known = _plans.First.Inputs;
        return _options.OtherBatches && ProgramTemplate.IsBatched(known) && inputs.Length == known.Length && inputs[0].Shape.Rank > 0
            && inputs[0].Shape[0] > 0 && inputs.AsSpan().SequenceEqual(ProgramTemplate.WithBatch(known, inputs[0].Shape[0]));
    }

    // One at a time: the constants are shared.
    private ExecutionPlan Build(TensorSpec[] inputs, WorkMeter meter)
    {
        Program program = _template.At(ProgramTemplate.IsBatched(inputs) ? inputs[0].Shape[0] : 0);
        Passes.Run(program, _constants, _options.Passes, meter);
        return new ExecutionPlan(program, _constants);
    }

    private static bool Contains(ReadOnlySpan<Tensor> tensors, Tensor output)
    {
        foreach (Tensor tensor in tensors)
        {
            if (tensor.Storage == output.Storage)
            {
                return true;
            }
        }

        return false;
    }
}
