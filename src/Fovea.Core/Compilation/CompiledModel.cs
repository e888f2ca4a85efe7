using System.Diagnostics;
using Fovea.Compilation;

namespace Fovea;

/// <summary>
/// A model made ready for inference: its ops fused, batch norms folded into the weights, weights packed once, and the memory of a
/// call planned into one arena. It keeps copies of the weights: training the model further changes nothing here.
/// </summary>
/// <remarks>
/// Calls may come from many threads at once; each has an arena of its own, which the next call uses again. From the second call on,
/// <c>Run(input, output)</c> allocates nothing. The results are the same bit for bit for any number of threads and any number of
/// compilations, and within rounding of those of the module. Disposal is optional and frees the memory at once.
/// </remarks>
public sealed class CompiledModel : IDisposable
{
    private const string Name = "CompiledModel.Run";
    private readonly Func<Tensor[], Tensor> _function;
    private readonly CompileOptions _options;
    private readonly ConstantStore _constants = new();
    private readonly Lock _gate = new();
    private ExecutionPlan[] _plans;
    private bool _disposed;

    private CompiledModel(Func<Tensor[], Tensor> function, TensorSpec[] inputs, CompileOptions options)
    {
        (_function, _options) = (function, options);
        _plans = [Build(inputs)];
    }

    /// <summary>Shapes and types of the inputs that it was compiled for.</summary>
    public IReadOnlyList<TensorSpec> Inputs => _plans[0].Inputs;

    /// <summary>Shape and type of the result for those inputs.</summary>
    public TensorSpec Output => _plans[0].Output;

    /// <summary>The ops that run, in their order.</summary>
    public IReadOnlyList<CompiledStep> Steps => [.. _plans[0].Memory.Steps.Select(Describe)];

    /// <summary>Bytes that one call works in, the input, the result and the weights excluded.</summary>
    public long ArenaBytes => _plans[0].Memory.ArenaBytes;

    /// <summary>Bytes of packed weights and other constants.</summary>
    public long ConstantBytes => _constants.Bytes;

    /// <summary>Runs the model of one input.</summary>
    /// <param name="input">Of the shape that it was compiled for, or of another batch.</param>
    /// <returns>The result, which the current scope owns.</returns>
    /// <exception cref="ShapeException">It was not compiled for such an input.</exception>
    public Tensor Run(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Run([input]);
    }

    /// <summary>Runs the model of several inputs.</summary>
    /// <param name="inputs">Tensors of the shapes that it was compiled for, or of another batch.</param>
    /// <returns>The result, which the current scope owns.</returns>
    /// <exception cref="ShapeException">It was not compiled for such inputs.</exception>
    public Tensor Run(ReadOnlySpan<Tensor> inputs)
    {
        ExecutionPlan plan = PlanFor(inputs);
        var output = new Tensor(plan.Output.Shape, plan.Output.DType);
        Run(plan, inputs, output);
        return output;
    }

    /// <summary>Runs the model of one input into a tensor that is there already.</summary>
    /// <param name="input">Of the shape that it was compiled for, or of another batch.</param>
    /// <param name="output">Overwritten with the result; not the input.</param>
    /// <exception cref="ShapeException">It was not compiled for such an input, or the output has another shape than the result.</exception>
    public void Run(Tensor input, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(input);
        Run([input], output);
    }

    /// <summary>Runs the model of several inputs into a tensor that is there already.</summary>
    /// <param name="inputs">Of the shapes that it was compiled for, or of another batch.</param>
    /// <param name="output">Overwritten with the result; none of the inputs.</param>
    /// <exception cref="ShapeException">It was not compiled for such inputs, or the output has another shape than the result.</exception>
    public void Run(ReadOnlySpan<Tensor> inputs, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(output);
        ExecutionPlan plan = PlanFor(inputs);
        if (output.Spec != plan.Output)
        {
            throw new ShapeException(Name, $"an output {plan.Output}", output.Spec.ToString());
        }

        foreach (Tensor input in inputs)
        {
            if (input.Storage == output.Storage)
            {
                throw new ArgumentException("CompiledModel.Run: expected an output in memory of its own, got one that shares an input's.", nameof(output));
            }
        }

        Run(plan, inputs, output);
    }

    /// <summary>Runs the model of one float input on memory of the caller's, where it lies.</summary>
    /// <param name="input">The values of the input; as many samples as it was compiled for, or others.</param>
    /// <param name="output">Overwritten with the result; apart from the input.</param>
    /// <exception cref="ShapeException">The lengths are not those of an input and its result, or the model has others.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        ExecutionPlan plan = PlanFor(input.Length);
        if (output.Length != plan.Output.Shape.Elements)
        {
            throw new ShapeException(Name, $"room for {plan.Output.Shape.Elements} numbers, {plan.Output.Shape}", $"{output.Length}");
        }

        if (input.Overlaps(output))
        {
            throw new ArgumentException("CompiledModel.Run: expected an output in memory of its own, got one that overlaps the input.", nameof(output));
        }

        Frame frame = plan.Rent();
        try
        {
            frame.Run(input, output);
        }
        finally
        {
            plan.Return(frame);
            GC.KeepAlive(this);
        }
    }

    /// <summary>Times every op over some runs on zeros.</summary>
    /// <param name="runs">
    /// Runs after those that warm up for a third of a second, at least 1 (default 10); the fastest of each op counts. On first runs memory is new
    /// and the processor not yet at its speed: they take half as long again.
    /// </param>
    public IReadOnlyList<CompiledStep> Profile(int runs = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        using TensorScope scope = TensorScope.Begin();
        ExecutionPlan plan = _plans[0];
        Tensor[] inputs = Array.ConvertAll(plan.Inputs, s => Tensor.Zeros(s.Shape, s.DType));
        var output = new Tensor(plan.Output.Shape, plan.Output.DType);
        long[] ticks = new long[plan.Memory.Steps.Length];
        long start = Stopwatch.GetTimestamp();
        do
        {
            Run(plan, inputs, output);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < 1.0 / 3);

        Array.Fill(ticks, long.MaxValue);
        for (int i = 0; i < runs; i++)
        {
            Run(plan, inputs, output, ticks);
        }

        return [.. plan.Memory.Steps.Select((s, i) => Describe(s) with { Seconds = (double)ticks[i] / Stopwatch.Frequency })];
    }

    /// <summary>Frees arenas and weights. No call may be running.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (ExecutionPlan plan in _plans)
            {
                plan.Dispose();
            }

            _constants.Dispose();
        }
    }

    /// <summary>Compiles a function of tensors.</summary>
    internal static CompiledModel Of(Func<Tensor[], Tensor> function, TensorSpec[] inputs, CompileOptions options) => new(function, inputs, options);

    private void Run(ExecutionPlan plan, ReadOnlySpan<Tensor> inputs, Tensor output, long[]? ticks = null)
    {
        Frame frame = plan.Rent();
        try
        {
            frame.Run(inputs, output, ticks);
        }
        finally
        {
            plan.Return(frame);

            // The memory of weights and arena goes back when nobody holds this model any more: not before the call is over.
            GC.KeepAlive(this);
        }
    }

    private static CompiledStep Describe(Step step)
    {
        TensorSpec[] inputs = [.. step.Inputs.Select(v => v.Spec)];
        TensorSpec[] outputs = [.. step.Outputs.Select(v => v.Spec)];
        return new CompiledStep(step.Path, step.Op.Name, outputs[0].Shape, step.Op.Cost(inputs, outputs), inputs.Concat(outputs).Sum(s => s.Bytes));
    }

    private ExecutionPlan PlanFor(ReadOnlySpan<Tensor> inputs)
    {
        foreach (Tensor input in inputs)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
        }

        foreach (ExecutionPlan plan in Volatile.Read(ref _plans))
        {
            if (plan.Takes(inputs))
            {
                return plan;
            }
        }

        return PlanFor([.. inputs.ToArray().Select(t => t.Spec)]);
    }

    private ExecutionPlan PlanFor(int length)
    {
        foreach (ExecutionPlan plan in Volatile.Read(ref _plans))
        {
            if (plan.Inputs.Length == 1 && plan.Inputs[0].DType == DType.Float32 && plan.Output.DType == DType.Float32 && plan.Inputs[0].Shape.Elements == length)
            {
                return plan;
            }
        }

        TensorSpec known = _plans[0].Inputs[0];
        int sample = known.Shape.Rank > 0 && known.Shape[0] > 0 ? known.Shape.Elements / known.Shape[0] : 0;
        return _plans[0].Inputs.Length == 1 && known.DType == DType.Float32 && Output.DType == DType.Float32 && sample > 0 && length > 0 && length % sample == 0
            ? PlanFor([known with { Shape = known.Shape.With(0, length / sample) }])
            : throw new ShapeException(Name, $"the numbers of one input {string.Join(", ", _plans[0].Inputs)}, or of another batch", $"{length}");
    }

    private ExecutionPlan PlanFor(TensorSpec[] specs)
    {
        if (!IsOtherBatch(specs))
        {
            throw new ShapeException(
                Name, string.Join(", ", _plans[0].Inputs), string.Join(", ", specs), "compile the model for this shape as well");
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (Array.Find(_plans, p => p.Inputs.AsSpan().SequenceEqual(specs)) is { } plan)
            {
                return plan;
            }

            ExecutionPlan built = Build(specs);
            Volatile.Write(ref _plans, [.. _plans, built]);
            return built;
        }
    }

    private bool IsOtherBatch(TensorSpec[] specs) => _options.OtherBatches && specs.Length == _plans[0].Inputs.Length
        && specs.Zip(_plans[0].Inputs).All(p => p.First.DType == p.Second.DType && p.First.Shape.Rank == p.Second.Shape.Rank
            && p.First.Shape.Rank > 1 && p.First.Shape[0] > 0 && p.First.Shape.Lengths[1..].SequenceEqual(p.Second.Shape.Lengths[1..]));

    private ExecutionPlan Build(TensorSpec[] inputs)
    {
        using IDisposable still = GradMode.NoGrad();
        Graph graph = Graph.TraceShapes(x => [_function(x)], inputs);
        try
        {
            Program program = Program.From(graph);
            Passes.Run(program, _constants);
            return new ExecutionPlan(program, _constants);
        }
        finally
        {
            graph.ReleaseConstants();
        }
    }
}
